import { Solver } from "../../lanes/sat/solver.ts";
import type { Pace } from "../pace.ts";
import { Cheat } from "./cheat.ts";
import { PullMiner, type PullMinerModules, type PullMinerOptions } from "./pullMiner.ts";

/** Runs a miner with a solver of its own until the signal aborts; without rests, unless a pace is given. */
export async function runMiner(
  options: PullMinerOptions & { readonly cheat: boolean },
  { pace, ...modules }: Omit<PullMinerModules, "solver"> & { readonly pace?: Pace },
): Promise<void> {
  const solver = new Solver();
  const { signal } = options;
  const paced = {
    solve: (cnf: string) => {
      const solve = () => solver.solve(cnf, signal);
      return pace === undefined ? solve() : pace.work(solve, signal);
    },
  };
  const miner = options.cheat
    ? new Cheat(options, { ...modules, solver: paced })
    : new PullMiner(options, { ...modules, solver: paced });
  try {
    await miner.run();
  } finally {
    await solver.close();
  }
}
