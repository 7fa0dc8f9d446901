import { defaultConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";

/** Blocks of a tempo, and the time of one: several periods of weights pass in a run. */
export const TEMPO = 5;
export const BLOCK_MS = 6000;
export const VALIDATOR = "validator";

/** The configuration of all processes: the defaults, but for what a run of minutes needs. */
export function nodeConfig(): Config {
  const config = defaultConfig();
  return {
    ...config,
    network: "nodes",
    chain: { ...config.chain, tempo: TEMPO, block_ms: BLOCK_MS },
    judge: { ...config.judge, strikes: 2, window_blocks: 1000, suspension_tempos: 4, cold_start_blocks: 3 },
    verify: { ...config.verify, concurrency: 4 },
  };
}
