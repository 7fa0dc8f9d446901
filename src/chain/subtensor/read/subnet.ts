/** The subnet that a node reads and writes for. */
export interface Subnet {
  readonly netuid: number;
  readonly mechanism: number;
}

/** The index of a mechanism's own storage. */
export function indexOf({ netuid, mechanism }: Subnet): number {
  return netuid + 4096 * mechanism;
}

/** Units of the chain per TAO, or per token of a subnet. */
export const RAO = 1e9;
