import { isWithinAny, parseAddress, rangesOf } from "../core/address.ts";

/** Addresses of closed networks: not reachable from everywhere. */
const closed = rangesOf([
  "10.0.0.0/8",
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1",
  "fc00::/7",
  "fe80::/10",
]);

/** Addresses that belong to no host, as the IANA special-purpose registries list them. */
const never = rangesOf([
  "0.0.0.0/8",
  "192.0.0.0/24",
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // class E and broadcast
  "2001::/23", // Teredo, benchmarks, ORCHID
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4: leads to any IPv4 address
  "3fff::/20", // documentation
]);

/** What is assigned to hosts; of IPv6 this excludes NAT64 and multicast. */
const assigned = rangesOf(["0.0.0.0/1", "128.0.0.0/1", "2000::/3"]);

/**
 * Whether a miner may be dialled at this address: a literal IPv4 or IPv6 address of the public internet, or with `allowPrivate`
 * of a private network, this host or this link. Names are never looked up, and zones are refused.
 */
export function isRoutable(ip: string, allowPrivate: boolean): boolean {
  const address = parseAddress(ip);
  if (address === null || address.zone !== null) return false;
  if (isWithinAny(address, closed)) return allowPrivate;
  return isWithinAny(address, assigned) && !isWithinAny(address, never);
}
