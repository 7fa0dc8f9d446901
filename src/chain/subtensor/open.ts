import { setTimeout as sleep } from "node:timers/promises";
import type { Chain } from "../../flow/chain.ts";
import type { SubtensorModules, SubtensorOptions } from "./ports.ts";
import { SubtensorChain } from "./subtensorChain.ts";

/**
 * Opens the chain. It waits for the first block and the metagraph, but not for long: without them the height is unknown and
 * `faults` says why.
 */
export async function openSubtensorChain(
  options: SubtensorOptions,
  modules: SubtensorModules,
): Promise<Chain> {
  const { clock } = modules;
  const chain = new SubtensorChain(options, modules);
  const until = clock.monotonicMs() + options.waitMs;
  while (chain.block() === null && clock.monotonicMs() < until) await sleep(20);
  return chain;
}
