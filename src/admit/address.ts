import { isIPv6 } from "node:net";

const mappedV4 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** The four groups of 16 bits that name an IPv6 network. */
function networkOf(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const last = tail === "" ? 0 : tail.split(":").length;
    for (let missing = 8 - groups.length - last; missing > 0; missing--) groups.push("0");
    if (last > 0) groups.push(...tail.split(":"));
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

/** What a per-address limit counts by: the IPv4 address, or the /64 of an IPv6 one, all of which its holder owns. */
export function addressKey(ip: string): string {
  const mapped = mappedV4.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(ip) ? `${networkOf(ip)}::/64` : ip;
}
