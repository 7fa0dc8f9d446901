import { genesisHash, genesisName } from "../core/genesis.ts";
import type { Config } from "./schema.ts";

/** What status, vectors and the store call the network and the subnet. */
export interface SubnetName {
  readonly network: string;
  readonly netuid: number;
}

/** The subnet of a validator: the chain's where it has one, else as the configuration calls it. */
export function subnetOf({
  network,
  netuid,
  chain,
}: Pick<Config, "network" | "netuid" | "chain">): SubnetName {
  if (chain.kind === "local") return { network, netuid };
  return { network: genesisName(genesisHash(chain.genesis) ?? chain.genesis), netuid: chain.netuid };
}
