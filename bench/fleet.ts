import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { sibling } from "../src/core/sibling.ts";
import type { FleetCounts, MinerFleet } from "./streamMiners.ts";

/** Miners in a process of their own. */
export interface Fleet {
  counts(): FleetCounts;
  /** Sets how long a job takes. */
  slowTo(serviceMs: number): void;
  stop(): Promise<void>;
}

/** Starts the miners and resolves when all have said hello. */
export async function startFleet(fleet: MinerFleet): Promise<Fleet> {
  const child: ChildProcess = fork(sibling(import.meta.url, "streamMiners"), [], { stdio: "inherit" });
  let counts: FleetCounts = { open: 0, taken: 0, answered: 0, closed: 0 };
  child.on("message", (message) => {
    counts = message as FleetCounts;
  });
  child.send(fleet);
  while (counts.open < fleet.miners) {
    if (child.exitCode !== null) throw new Error("the miners' process ended");
    await sleep(100);
  }
  return {
    counts: () => counts,
    slowTo: (serviceMs) => void child.send({ serviceMs }),
    stop: async () => {
      child.disconnect();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
