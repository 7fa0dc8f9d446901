import { isIPv4, isIPv6 } from "node:net";

/**
 * An IP address, whatever form it was written in. IPv4 addresses that are written as IPv6 (`::ffff:192.0.2.1`) are IPv4
 * addresses: the same host must not count as two.
 */
export interface Address {
  readonly family: 4 | 6;
  /** Groups of 16 bits, the most significant first: 2 of IPv4, 8 of IPv6. */
  readonly groups: readonly number[];
  /** The link of a link-local IPv6 address, such as `eth0`. */
  readonly zone: string | null;
}

/** All addresses that begin with the same bits. */
export interface AddressRange {
  readonly network: Address;
  readonly prefix: number;
}

const bitsOf = { 4: 32, 6: 128 } as const;

/** The prefix of IPv4-mapped addresses, `::ffff:0:0/96`. */
const mappedBits = 96;

function groupsOfIpv4(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** The groups on one side of `::`, of which the last may be written as an IPv4 address. */
function groupsOfSide(side: string): number[] {
  if (side === "") return [];
  return side
    .split(":")
    .flatMap((group) => (group.includes(".") ? groupsOfIpv4(group) : Number.parseInt(group, 16)));
}

function groupsOfIpv6(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const first = groupsOfSide(head);
  if (tail === undefined) return first;
  const last = groupsOfSide(tail);
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

const isMapped = (groups: readonly number[]): boolean =>
  groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);

function ipv6(text: string): Address {
  const [bare = "", zone = null] = text.split("%", 2);
  const groups = groupsOfIpv6(bare);
  if (isMapped(groups)) return { family: 4, groups: groups.slice(6), zone: null };
  return { family: 6, groups, zone };
}

/** Reads an address: IPv4, or IPv6 with or without brackets and zone. Null for anything else: names, ports, prefixes, spaces. */
export function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return { family: 4, groups: groupsOfIpv4(text), zone: null };
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  return isIPv6(bare) ? ipv6(bare) : null;
}

const withPort = /^(\[[^\]]*\]|[\d.]+):(\d{1,5})$/;

/** Reads an address that may have a port, as proxies write it in forwarded headers: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
export function parseForwarded(text: string): Address | null {
  const [, host, port] = withPort.exec(text) ?? [];
  return host === undefined || Number(port) > 65_535 ? parseAddress(text) : parseAddress(host);
}

/** The longest run of two or more zero groups, the first of equals (RFC 5952 section 4.2). */
function zeroRun(groups: readonly number[]): { readonly at: number; readonly length: number } {
  let best = { at: 0, length: 1 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  return best;
}

const hex = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(":");

/** The one text of an address (RFC 5952), without brackets. */
export function addressText({ family, groups, zone }: Address): string {
  if (family === 4) return groups.flatMap((group) => [group >> 8, group & 255]).join(".");
  const { at, length } = zeroRun(groups);
  const text = length < 2 ? hex(groups) : `${hex(groups.slice(0, at))}::${hex(groups.slice(at + length))}`;
  return zone === null ? text : `${text}%${zone}`;
}

/** A text that may be an address, in one form; texts that are none stay as they are. */
export function foldAddress(text: string): string {
  if (isIPv4(text)) return text;
  const address = parseAddress(text);
  return address === null ? text : addressText(address);
}

/** The host part of a URL: an IPv6 address in brackets, anything else as it is. */
export function hostOfUrl(host: string): string {
  const folded = foldAddress(host);
  return folded.includes(":") ? `[${folded}]` : folded;
}

/** The key of per-address limits: the IPv4 address, or the /64 of an IPv6 one, which has one holder. */
export function addressKey(text: string): string {
  if (isIPv4(text)) return text;
  const address = parseAddress(text);
  if (address === null) return text;
  return address.family === 4 ? addressText(address) : `${hex(address.groups.slice(0, 4))}::/64`;
}

/**
 * The network region of an address: the /16 of IPv4, the /32 of IPv6, which is what a registry gives to one provider. Null for
 * a text that is no address.
 */
export function regionOf(text: string): string | null {
  const address = parseAddress(text);
  if (address === null) return null;
  const { family, groups } = address;
  if (family === 6) return `${hex(groups.slice(0, 2))}::/32`;
  return addressText(address).split(".", 2).join(".");
}

/**
 * Reads an address or a range of at least one prefix bit, such as `10.0.0.0/8`. Bits past the prefix are ignored, and a range of
 * IPv4-mapped addresses is one of IPv4. Null for anything else, and for an address with a zone.
 */
export function parseRange(text: string): AddressRange | null {
  const [host = "", prefixText, ...rest] = text.split("/");
  const network = parseAddress(host);
  if (network === null || network.zone !== null || rest.length > 0) return null;
  const bits = bitsOf[network.family];
  if (prefixText === undefined) return { network, prefix: bits };
  if (!/^[1-9]\d{0,2}$/.test(prefixText)) return null;
  const skipped = network.family === 4 && host.includes(":") ? mappedBits : 0;
  const prefix = Number(prefixText) - skipped;
  return prefix >= 1 && prefix <= bits ? { network, prefix } : null;
}

/** Whether the address begins with the bits of the range. */
export function isWithin({ family, groups }: Address, { network, prefix }: AddressRange): boolean {
  if (family !== network.family) return false;
  return groups.every((group, i) => {
    const free = Math.min(16, Math.max(0, 16 * (i + 1) - prefix));
    return group >> free === (network.groups[i] ?? 0) >> free;
  });
}

/** Ranges that are known to be well-formed. */
export function rangesOf(texts: readonly string[]): readonly AddressRange[] {
  return texts.map((text) => {
    const range = parseRange(text);
    if (range === null) throw new RangeError(`"${text}" is neither an IP address nor a range of addresses`);
    return range;
  });
}

export const isWithinAny = (address: Address, ranges: readonly AddressRange[]): boolean =>
  ranges.some((range) => isWithin(address, range));
