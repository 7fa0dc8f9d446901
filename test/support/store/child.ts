import { writeSync } from "node:fs";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { commitment, decision, newSubmission } from "../../conformance/store/fixtures.ts";
import {
  atMost,
  customerJob,
  delta,
  drawn,
  groupOf,
  sampledEnd,
} from "../../conformance/store/jobFixtures.ts";

// A process that holds a store, until it is killed: `hold FILE`, `write FILE ROUND`, which admits and decides as fast as it
// can, or `jobs FILE ROUND`, which records jobs. It prints a line for each thing that the store acknowledged, and for why
// it could not open.
const [command, file = "", round = ""] = process.argv.slice(2);
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

async function write(): Promise<never> {
  const options = { file, log: silentLog, metrics: noMetrics, clock: systemClock };
  const store = await openSqliteStore(options);
  await store.commitEpoch(commitment());
  let made = 0;
  const client = async (): Promise<never> => {
    for (;;) {
      const name = `${round}x${made++}`;
      const row = newSubmission({ challengeId: `challenge-${name}`, receiptId: `rc_${name}` });
      await store.admit(row);
      say(`admitted ${row.receiptId}`);
      if (made % 4 === 0) continue;
      await store.decide(decision(row.receiptId));
      say(`accepted ${row.receiptId}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, client));
  throw new Error("unreachable");
}

async function jobs(): Promise<never> {
  const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });
  await store.commitEpoch(commitment());
  let made = 0;
  const client = async (): Promise<never> => {
    for (;;) {
      const name = `${round}x${made++}`;
      const ids = [`jb_${name}a`, `jb_${name}b`];
      const sampled = ids.map((jobId) => drawn({ jobId }));
      await store.recordDraws([groupOf([...sampled, drawn({ sampled: false })])]);
      for (const id of ids) say(`drawn ${id}`);
      await store.endSamples(ids.map((id) => sampledEnd(id, { credit: 8 })).slice(made % 2));
      for (const id of ids.slice(made % 2)) say(`ended ${id}`);
      await store.addWork([delta({ credit: 4 })]);
      say(`worked ${name}`);
      await store.addCustomerJob(customerJob({ jobId: `jb_${name}c`, clientKey: name }), atMost(1_000_000));
      say(`queued jb_${name}c`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, client));
  throw new Error("unreachable");
}

async function hold(): Promise<void> {
  await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });
  say("open");
}

try {
  await (command === "write" ? write() : command === "jobs" ? jobs() : hold());
} catch (error) {
  say(error instanceof AssayError ? error.code : String(error));
  process.exit(1);
}
