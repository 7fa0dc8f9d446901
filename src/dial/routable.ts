import { BlockList, isIPv4, isIPv6 } from "node:net";

type Range = readonly [network: string, prefix: number];

function listOf(family: "ipv4" | "ipv6", ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}

/** Addresses of closed networks: not reachable from everywhere. */
const private4 = listOf("ipv4", [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10], // carrier-grade NAT
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
]);

/** Addresses that belong to no host, as the IANA special-purpose registries list them. */
const never4 = listOf("ipv4", [
  ["0.0.0.0", 8],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // class E and broadcast
]);

const private6 = listOf("ipv6", [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
]);

/** The range assigned to hosts. Excludes IPv4-mapped addresses, NAT64 and multicast. */
const global6 = listOf("ipv6", [["2000::", 3]]);

const never6 = listOf("ipv6", [
  ["2001::", 23], // Teredo, benchmarks, ORCHID
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: leads to any IPv4 address
  ["3fff::", 20], // documentation
]);

/**
 * Whether a miner may be dialled at this address: a literal IPv4 or IPv6 address of the public internet, or with `allowPrivate`
 * of a private network, this host or this link. Names are never looked up, and zones are refused.
 */
export function isRoutable(ip: string, allowPrivate: boolean): boolean {
  if (isIPv4(ip)) return private4.check(ip, "ipv4") ? allowPrivate : !never4.check(ip, "ipv4");
  if (!isIPv6(ip) || ip.includes("%")) return false;
  if (private6.check(ip, "ipv6")) return allowPrivate;
  return global6.check(ip, "ipv6") && !never6.check(ip, "ipv6");
}
