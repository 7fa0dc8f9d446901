import { parentPort, workerData } from "node:worker_threads";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Problem } from "../core/problems/problem.ts";
import { pushLanes } from "../flow/lane.ts";
import { type LaneFacts, lanesOf } from "./lanes.ts";

/** The fault of the lanes, or null. */
export interface LanesAnswer {
  readonly problem: Problem | null;
}

async function problemOf(facts: LaneFacts): Promise<Problem | null> {
  try {
    for (const lane of pushLanes(lanesOf(facts))) await lane.prepare();
    return null;
  } catch (error) {
    return error instanceof AssayError ? error.problem : { code: "failed", message: causeText(error) };
  }
}

// The thread stays until it is terminated: a message sent while it exits can get lost.
parentPort?.on("message", () => {});
// Prepares the lanes as a worker would; the memory of their engines is released with the thread.
parentPort?.postMessage({ problem: await problemOf(workerData as LaneFacts) } satisfies LanesAnswer);
