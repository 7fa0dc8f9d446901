import type { ChainCall } from "../connect/nodeApi.ts";
import type { WeightCall } from "../node.ts";
import type { Subnet } from "../read/subnet.ts";

type Args = Readonly<Record<string, unknown>>;

/** Its names without and with a mechanism, and its arguments after the subnet's. */
function parts(call: WeightCall): {
  readonly plain: string;
  readonly mechanism: string;
  readonly args: Args;
} {
  switch (call.kind) {
    case "set":
      return {
        ...{ plain: "set_weights", mechanism: "set_mechanism_weights" },
        args: { dests: call.uids, weights: call.values, version_key: BigInt(call.versionKey) },
      };
    case "commit":
      return {
        ...{ plain: "commit_weights", mechanism: "commit_mechanism_weights" },
        args: { commit_hash: call.hash },
      };
    case "reveal":
      return {
        ...{ plain: "reveal_weights", mechanism: "reveal_mechanism_weights" },
        args: {
          ...{ uids: call.uids, values: call.values, salt: call.salt },
          version_key: BigInt(call.versionKey),
        },
      };
    case "timelocked":
      return {
        ...{ plain: "commit_timelocked_weights", mechanism: "commit_timelocked_mechanism_weights" },
        args: {
          commit: Uint8Array.from(Buffer.from(call.commit.replace(/^0x/, ""), "hex")),
          reveal_round: BigInt(call.round),
          commit_reveal_version: call.commitRevealVersion,
        },
      };
  }
}

/** The calls that do it, the one to prefer first: the runtime may lack some. */
export function chainCalls(call: WeightCall, { netuid, mechanism }: Subnet): ChainCall[] {
  const { plain, mechanism: withMechanism, args } = parts(call);
  const pallet = "SubtensorModule";
  const general: ChainCall = { pallet, name: withMechanism, args: { netuid, mecid: mechanism, ...args } };
  return mechanism === 0 ? [{ pallet, name: plain, args: { netuid, ...args } }, general] : [general];
}
