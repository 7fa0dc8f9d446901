import { isIPv6 } from "node:net";

/** An IP address as the chain stores it. */
export function ipNumber(ip: string): { readonly ip: bigint; readonly ip_type: number } {
  if (!isIPv6(ip)) {
    const bytes = ip.split(".").map(Number);
    return { ip: bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n), ip_type: 4 };
  }
  const [head = "", tail] = ip.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0");
  const groups = [...left, ...middle, ...right];
  return { ip: groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n), ip_type: 6 };
}
