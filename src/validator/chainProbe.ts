import { existsSync } from "node:fs";
import type { Probe } from "../chain/subtensor/probe/probe.ts";
import type { SubtensorChainConfig } from "../config/chainSchema.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import { genesisHash } from "../core/genesis.ts";
import type { Hotkey } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { isDevelopmentUri } from "../keys/developmentUri.ts";
import type { Paths } from "./paths.ts";
import { validatorHotkey } from "./validatorHotkey.ts";

/** How long an endpoint may take to connect and tell its first block, and to answer one request. */
const WAIT_MS = 15_000;

/** The section of a chain that has endpoints. Throws `chain_local`. */
export function subtensorOf({ chain }: Config, asked: string): SubtensorChainConfig {
  if (chain.kind === "local") throw new AssayError({ code: "chain_local", asked });
  return chain;
}

/** Connects to every configured endpoint, as a running validator would. Its client library is loaded only here. */
export async function openProbe(chain: SubtensorChainConfig, clock: Clock): Promise<Probe> {
  const [{ Probe }, { needsOf }] = await Promise.all([
    import("../chain/subtensor/probe/probe.ts"),
    import("../chain/subtensor/probe/entries.ts"),
  ]);
  const { mechanism, weights, publish } = chain;
  return Probe.open(
    {
      urls: chain.endpoints,
      genesis: genesisHash(chain.genesis) ?? chain.genesis,
      staleAfterMs: chain.stale_after_ms,
      blockMs: chain.block_ms,
      ...{ waitMs: WAIT_MS, requestMs: WAIT_MS },
      needs: needsOf({ mechanism, weights, publishes: publish !== null }),
    },
    { clock },
  );
}

/** The validator's hotkey; null where its file does not exist yet. Makes none. */
export async function hotkeyAtHand(config: Config, paths: Paths): Promise<Hotkey | null> {
  const { hotkey: source, isWallet } = paths;
  if (!isWallet && !isDevelopmentUri(source) && !existsSync(source)) return null;
  return validatorHotkey(config, paths);
}
