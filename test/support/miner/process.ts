import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { MinerTally } from "../../../src/miner/tally.ts";
import { spawnAssay } from "../validator/validator.ts";

/** A real `assay miner --json` process. */
export interface MinerProcess {
  /** The last line that it printed. */
  tally(): MinerTally | null;
  /** Resolves with the first tally that satisfies the condition; rejects when the process ends before. */
  reached(condition: (tally: MinerTally) => boolean): Promise<MinerTally>;
  /** SIGTERM; resolves with the exit status. */
  stop(): Promise<number | null>;
  kill(): void;
}

export function startMiner(url: string, uri: string, more: readonly string[] = []): MinerProcess {
  const args = ["miner", "--key", uri, "--url", url, "--json", ...more];
  const { process: child, stdout, stderr } = spawnAssay(args);
  const exited = once(child, "exit") as Promise<[number | null]>;
  const tally = (): MinerTally | null => {
    const last = stdout().split("\n").at(-2);
    return last === undefined ? null : (JSON.parse(last) as MinerTally);
  };
  return {
    tally,
    reached: async (condition) => {
      for (;;) {
        const now = tally();
        if (now !== null && condition(now)) return now;
        if (child.exitCode !== null) throw new Error(`assay miner ended with ${child.exitCode}: ${stderr()}`);
        await sleep(50);
      }
    },
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await exited;
      return code;
    },
    kill: () => child.kill("SIGKILL"),
  };
}
