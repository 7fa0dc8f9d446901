import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { silentLog } from "../../../../src/core/log.ts";
import { type Metrics, noMetrics } from "../../../../src/core/metrics.ts";
import type { Connection } from "../../../../src/store/postgres/connection.ts";
import type { Connector } from "../../../../src/store/postgres/connector.ts";
import { NudgeLine } from "../../../../src/store/postgres/nudgeLine.ts";
import { commitment, newSubmission } from "../../../conformance/store/fixtures.ts";
import { eventually } from "../../../conformance/store/nodeFixtures.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";

const databases = testDatabases();

/** A connection that records what it sends, and its connector. */
function fakeLine(metrics: Metrics = noMetrics) {
  const sent: string[] = [];
  let end = () => {};
  let refused = 0;
  let opened = 0;
  const connection = {
    isUsable: true,
    onEnd: (ended: () => void) => {
      end = ended;
    },
    listen: async () => {},
    rows: async (_: unknown, values: readonly string[]) => {
      sent.push(...values);
      return [];
    },
    close: async () => {},
  };
  const open = async () => {
    if (refused-- > 0) throw new Error("no server");
    opened++;
    return connection as unknown as Connection;
  };
  const connector = { open } as unknown as Connector;
  const line = new NudgeLine({ connector, everyMs: 30, againMs: 5, log: silentLog, metrics });
  return {
    ...{ line, sent },
    opened: () => opened,
    refuse: (times: number) => {
      refused = times;
    },
    cut: () => end(),
  };
}

const pending = new Set(["pending"] as const);

test("of many commits in a moment the first is told at once, and the others together", async () => {
  const { line, sent, opened } = fakeLine();
  let heard = 0;
  line.listen("pending", () => heard++);
  await eventually(async () => opened() === 1);
  await sleep(1);
  const before = heard;
  for (let n = 0; n < 100; n++) line.tell(pending);
  assert.deepEqual([sent, heard - before], [["pending"], 100]);
  await eventually(async () => sent.length === 2);
  await sleep(80);
  assert.equal(sent.length, 2);
  await line.close();
});

test("topics do not hold each other up, and after the end nothing is sent", async () => {
  const { line, sent, opened } = fakeLine();
  line.listen("jobs", () => {});
  await eventually(async () => opened() === 1);
  await sleep(1);
  line.tell(new Set(["jobs", "standing"] as const));
  assert.deepEqual(sent, ["jobs", "standing"]);
  line.tell(pending);
  line.tell(pending);
  await line.close();
  line.tell(pending);
  await sleep(40);
  assert.deepEqual(sent, ["jobs", "standing", "pending"]);
});

test("a line that was cut is opened again, and its listeners look for what they did not hear of", async () => {
  const { line, refuse, cut, opened } = fakeLine();
  let heard = 0;
  line.listen("jobs", () => heard++);
  await eventually(async () => heard === 1);
  refuse(3);
  cut();
  await eventually(async () => opened() === 2 && heard === 2);
  await line.close();
});

test("a process hears again of another one after the server has ended its connections", async () => {
  const url = await (await databases.get()).make();
  const [one, two] = [await openStore(url), await openStore(url)];
  await one.commitEpoch(commitment());
  let heard = 0;
  two.listen("pending", () => heard++);
  const told = async (): Promise<void> => {
    const before = heard;
    await eventually(async () => {
      await one.admit(newSubmission()).catch(() => {});
      await sleep(20);
      return heard > before + 1;
    });
  };
  await told();
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  await admin.end();
  await told();
  await one.close();
  await two.close();
});
