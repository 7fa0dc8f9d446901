import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { noMetrics } from "../../src/core/metrics.ts";
import { sibling } from "../../src/core/sibling.ts";
import type { Store } from "../../src/flow/store.ts";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { commitment, newSubmission } from "../../test/conformance/store/fixtures.ts";
import { database } from "../database.ts";
import { round } from "../report.ts";

const CHECK_MS = 20;
const ROWS = 400;

async function fill(store: Store): Promise<void> {
  await store.commitEpoch(commitment());
  await Promise.all(Array.from({ length: ROWS }, () => store.admit(newSubmission())));
}

async function started(url: string): Promise<ChildProcess> {
  const child = fork(sibling(import.meta.url, "verifyProcess"), [url, String(CHECK_MS)], {
    stdio: "inherit",
  });
  await once(child, "message");
  return child;
}

/** Submissions per second that this number of processes ends. */
async function rateOf(processes: number): Promise<number> {
  const { url, drop } = await database();
  const store = await openPostgresStore({
    ...{ url, connections: 4, log: silentLog, metrics: noMetrics, clock: systemClock },
  });
  const children: ChildProcess[] = [];
  try {
    await fill(store);
    for (let i = 0; i < processes; i++) children.push(await started(url));
    const begun = performance.now();
    for (const child of children) child.send("go");
    while ((await store.undecided(1)) > 0) await sleep(20);
    return (1000 * ROWS) / (performance.now() - begun);
  } finally {
    for (const child of children) {
      child.disconnect();
      if (child.exitCode === null) await once(child, "exit");
    }
    await store.close();
    await drop();
  }
}

/** One and two processes of one worker each, with a check that waits, so that it is not the cores that decide. */
export async function verifyScaling(progress: (line: string) => void): Promise<Record<string, number>> {
  progress(`one verify process, ${ROWS} checks of ${CHECK_MS} ms`);
  const one = await rateOf(1);
  progress("two verify processes");
  const two = await rateOf(2);
  return { verify_1_per_s: round(one, 1), verify_2_per_s: round(two, 1), verify_scaling: round(two / one) };
}
