import { parentPort, workerData } from "node:worker_threads";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Problem } from "../core/problems/problem.ts";
import { pushLanes } from "../flow/lane.ts";
import { type LaneFacts, lanesOf } from "./lanes.ts";

/** What is wrong with the lanes, or nothing. */
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

// The thread stays until it is ended: a message sent while a thread ends can get lost.
parentPort?.on("message", () => {});
// Tries the lanes as a worker would have them; what their engines need ends with the thread.
parentPort?.postMessage({ problem: await problemOf(workerData as LaneFacts) } satisfies LanesAnswer);
