import { isIP } from "node:net";

const bits = { 4: 32, 6: 128 } as const;

/** Whether a text is an IP address or a CIDR range of at least one prefix bit, such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = address.includes("%") ? 0 : isIP(address);
  if ((family !== 4 && family !== 6) || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits[family];
}
