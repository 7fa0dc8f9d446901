import { addressText, parseAddress } from "../../../core/address.ts";

/** An IP address as the chain holds it: a number, and 4 or 6. */
export interface ChainAddress {
  readonly ip: bigint;
  readonly ip_type: number;
}

/** The text of an address; null for none (0) or one that does not fit its type. */
export function addressOf({ ip, ip_type }: ChainAddress): string | null {
  if (ip_type !== 4 && ip_type !== 6) return null;
  if (ip <= 0n || ip >> (ip_type === 4 ? 32n : 128n) !== 0n) return null;
  const count = ip_type === 4 ? 2 : 8;
  const groups = Array.from({ length: count }, (_, i) =>
    Number((ip >> BigInt(16 * (count - 1 - i))) & 0xffffn),
  );
  return addressText({ family: ip_type, groups, zone: null });
}

/** The number of an address text; null for what is no address. */
export function chainAddressOf(text: string): ChainAddress | null {
  const parsed = parseAddress(text);
  if (parsed === null) return null;
  const ip = parsed.groups.reduce((sum, group) => sum * 65_536n + BigInt(group), 0n);
  return { ip, ip_type: parsed.family };
}
