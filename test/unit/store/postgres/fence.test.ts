import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Fence } from "../../../../src/flow/leases.ts";
import { joined, LONG } from "../../../conformance/store/nodeFixtures.ts";
import { planOf } from "../../../conformance/store/planCases.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";
import { problemOf } from "../../../support/thrown.ts";

const databases = testDatabases();

test("a take-over waits for a fenced write that is under way, and a fenced write for a take-over", async () => {
  const url = await (await databases.get()).make();
  const [one, two] = [await openStore(url), await openStore(url)];
  const [first, second] = [await joined(one), await joined(two, "two")];
  const fence = (await one.takeLease("leader", first, 1)) ?? assert.fail();
  const other = new pg.Client({ connectionString: url });
  await other.connect();

  await other.query("BEGIN");
  await other.query("SELECT 1 FROM leases WHERE name = 'leader' AND token = 1 FOR SHARE");
  let taken: Fence | null = null;
  const taking = two.takeLease("leader", second, LONG).then((got) => {
    taken = got;
  });
  await sleep(100);
  assert.equal(taken, null);
  await other.query("COMMIT");
  await taking;
  assert.deepEqual(taken, { name: "leader", token: 2 });

  await other.query("BEGIN");
  await other.query("UPDATE leases SET token = 3 WHERE name = 'leader'");
  const late = problemOf(() => two.saveWeightPlan(planOf(7), { name: "leader", token: 2 }));
  await sleep(100);
  await other.query("COMMIT");
  assert.equal((await late).code, "fenced_off");
  assert.equal((await problemOf(() => one.saveWeightPlan(planOf(7), fence))).code, "fenced_off");
  assert.equal(await two.weightPlan(7), null);

  await other.end();
  await one.close();
  await two.close();
});
