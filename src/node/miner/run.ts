import { Solver } from "../../lanes/sat/solver.ts";
import { Cheat } from "./cheat.ts";
import { Miner, type MinerModules, type MinerOptions } from "./miner.ts";

/** Runs a miner with a solver of its own until the signal aborts. */
export async function runMiner(
  options: MinerOptions & { readonly cheat: boolean },
  modules: Omit<MinerModules, "solver">,
): Promise<void> {
  const solver = new Solver();
  const miner = options.cheat
    ? new Cheat(options, { ...modules, solver })
    : new Miner(options, { ...modules, solver });
  try {
    await miner.run();
  } finally {
    await solver.close();
  }
}
