/** Shows that a write comes from the holder of a lease. `token` grows by one whenever the lease is taken over. */
export interface Fence {
  readonly name: string;
  readonly token: number;
}

/** Named leases, each held by one node at a time, timed by the store's clock. */
export interface Leases {
  /**
   * Takes a lease that nobody holds, or renews that of the same node; null while another node holds it, or when the node's own
   * lease is over. A lease that ran out is taken over, by its former holder too.
   */
  takeLease(name: string, node: number, ttlMs: number): Promise<Fence | null>;
  /** Nothing when it is not the present fence. */
  releaseLease(fence: Fence): Promise<void>;
}
