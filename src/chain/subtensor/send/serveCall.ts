import type { ChainCall } from "../connect/nodeApi.ts";
import type { ServeCall } from "../node.ts";
import { chainAddressOf } from "../read/axon.ts";

/** The call that publishes an address. Throws a RangeError for what is no IP address. */
export function serveCall({ ip: text, port }: ServeCall, netuid: number): ChainCall {
  const address = chainAddressOf(text);
  if (address === null) throw new RangeError(`not an IP address: ${text}`);
  return {
    pallet: "SubtensorModule",
    name: "serve_axon",
    args: { netuid, version: 1, ...address, port, protocol: 4, placeholder1: 0, placeholder2: 0 },
  };
}
