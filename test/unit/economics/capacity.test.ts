import assert from "node:assert/strict";
import { test } from "node:test";
import { capacity, type Demand, type SubmissionCosts, throughput } from "../../../src/economics/capacity.ts";

const costs: SubmissionCosts = {
  ...{ api: 500, hotkeySignature: 200, sessionSignature: 50, verify: 100, database: 250, lock: 100 },
  ...{ bytes: 1000, walBytes: 2000 },
};

const demand = (given: Partial<Demand> = {}): Demand => ({
  ...{ submissionsPerS: 1000, sessionShare: 0, checkUs: 100, sampledShare: 1, keptHours: 10 },
  ...{ use: 0.5, coresPerMachine: 2 },
  ...given,
});

test("a demand is put into cores, processes, disk and the share of time that the epoch is locked", () => {
  const plan = capacity(demand(), costs);
  assert.deepEqual(plan.cores, { api: 0.5, signatures: 0.2, verify: 0.2, database: 0.25 });
  assert.deepEqual(plan.processes, { api: 1, verify: 1, weigh: 2 });
  assert.equal(plan.database.disk_gb, 36);
  assert.equal(plan.database.wal_mb_per_s, 2);
  assert.equal(plan.database.lock_share, 0.1);
  assert.ok(plan.fits);
});

test("one more than a process carries takes another one", () => {
  assert.equal(capacity(demand({ submissionsPerS: 1000 }), costs).processes.api, 1);
  assert.equal(capacity(demand({ submissionsPerS: 1001 }), costs).processes.api, 2);
});

test("sessions save what their signatures cost less", () => {
  assert.equal(capacity(demand({ sessionShare: 1 }), costs).cores.signatures, 0.05);
  assert.equal(capacity(demand({ sessionShare: 0.5 }), costs).cores.signatures, 0.125);
});

test("past the share of the lock that is planned with one primary is not enough", () => {
  assert.equal(capacity(demand({ submissionsPerS: 4999 }), costs).fits, true);
  assert.equal(capacity(demand({ submissionsPerS: 5000 }), costs).fits, false);
});

test("what is no demand is refused", () => {
  for (const wrong of [{ submissionsPerS: -1 }, { sessionShare: 1.1 }, { use: 0 }, { coresPerMachine: 0.5 }])
    assert.throws(() => capacity(demand(wrong), costs), RangeError);
});

test("the throughput is the least of what main threads, cores and the lock allow", () => {
  const given = { sessionShare: 0, checkUs: 100, sampledShare: 1, clientUs: 0, processes: 1, cores: 100 };
  assert.equal(throughput(given, costs), 2000);
  assert.equal(throughput({ ...given, processes: 4 }, costs), 8000);
  assert.equal(throughput({ ...given, processes: 50 }, costs), 10_000, "the lock");
  // 500 + 200 + 100 + 100 + 250 us of two cores
  assert.equal(Math.round(throughput({ ...given, processes: 4, cores: 2 }, costs)), 1739);
});
