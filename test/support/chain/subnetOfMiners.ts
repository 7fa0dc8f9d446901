import { keypairOfUri } from "../../../src/keys/uri.ts";
import { doubleGenesis, type SubnetOptions } from "./options.ts";

const hotkeyOf = async (uri: string): Promise<string> => (await keypairOfUri(uri)).hotkey;

/** A subnet with two validators, the given one (40 of 100) and //Charlie, and two miners, //Bob and //Dave. */
export async function subnetOfMiners(
  validator: string,
  options: Partial<SubnetOptions> = {},
): Promise<SubnetOptions> {
  return {
    netuid: 2,
    ...{ tempo: 20, commitReveal: false, minAllowedWeights: 1, rateLimit: 2, stakeThreshold: 1 },
    neurons: [
      { hotkey: validator, stake: 40, permit: true },
      { hotkey: await hotkeyOf("//Bob"), stake: 0, axon: { ip: "203.0.113.7", port: 8091 } },
      { hotkey: await hotkeyOf("//Charlie"), stake: 60, permit: true },
      { hotkey: await hotkeyOf("//Dave"), stake: 0 },
    ],
    ...options,
  };
}

/** The section `chain` of a configuration on that subnet. */
export function chainSection(urls: readonly string[], hotkeyFile: string): object {
  return {
    ...{ kind: "subtensor", endpoints: urls, netuid: 2, genesis: doubleGenesis },
    ...{ wallet: { file: hotkeyFile }, stale_after_ms: 20_000, block_ms: 500 },
  };
}
