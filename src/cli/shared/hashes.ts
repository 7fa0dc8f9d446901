/** The ends of a hash: enough to find it in an explorer or in a log. */
export function shortHash(hash: string): string {
  return hash.length <= 16 ? hash : `${hash.slice(0, 8)}..${hash.slice(-4)}`;
}
