import { AssayError } from "../../core/problems/assayError.ts";

/** Flags that say which chain a new configuration is for. */
export interface ChainOptions {
  readonly chain?: "local" | "subtensor";
  readonly netuid?: number;
  readonly endpoint?: readonly string[];
  readonly genesis: string;
  readonly wallet?: string;
  readonly hotkey?: string;
}

/** A public node of each network that is known by name. */
const publicNodes: Readonly<Record<string, string>> = {
  finney: "wss://entrypoint-finney.opentensor.ai:443",
  test: "wss://test.finney.opentensor.ai:443",
};

function usage(message: string): AssayError {
  return new AssayError({ code: "usage", message });
}

function endpointsOf({ endpoint, genesis }: ChainOptions): readonly string[] {
  if (endpoint !== undefined) return endpoint;
  const known = publicNodes[genesis];
  if (known === undefined) throw usage("--endpoint is needed where --genesis is not finney or test");
  return [known];
}

/** The section `chain` of a new configuration; null for the default. Throws `usage`. */
export function chainSection(options: ChainOptions): Record<string, unknown> | null {
  const { chain = "local", netuid, endpoint, genesis, wallet, hotkey } = options;
  if (chain === "local") {
    if ((netuid ?? endpoint ?? wallet ?? hotkey) !== undefined)
      throw usage("--netuid, --endpoint, --wallet and --hotkey need --chain subtensor");
    return null;
  }
  if (netuid === undefined) throw usage("--chain subtensor needs --netuid");
  if ((wallet === undefined) !== (hotkey === undefined))
    throw usage("--wallet and --hotkey are given together");
  return {
    kind: "subtensor",
    ...{ endpoints: endpointsOf(options), netuid, genesis },
    ...(wallet === undefined ? {} : { wallet: { name: wallet, hotkey } }),
  };
}
