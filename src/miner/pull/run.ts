import { Solver } from "../../lanes/sat/solver.ts";
import { Cheat } from "./cheat.ts";
import { PullMiner, type PullMinerModules, type PullMinerOptions } from "./pullMiner.ts";

/** Runs a miner with a solver of its own until the signal aborts. */
export async function runMiner(
  options: PullMinerOptions & { readonly cheat: boolean },
  modules: Omit<PullMinerModules, "solver">,
): Promise<void> {
  const solver = new Solver();
  const miner = options.cheat
    ? new Cheat(options, { ...modules, solver })
    : new PullMiner(options, { ...modules, solver });
  try {
    await miner.run();
  } finally {
    await solver.close();
  }
}
