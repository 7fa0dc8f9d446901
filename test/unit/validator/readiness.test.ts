import assert from "node:assert/strict";
import { test } from "node:test";
import { type ReadinessParts, readinessOf } from "../../../src/validator/readiness.ts";

const lane = { lane: "groth16", class: "lane", rate: "20/500", draws: 226, sampled: 1, hotkey: null };
const miner = { ...lane, draws: 427, sampled: 0, hotkey: "5Miner" };
type Alarms = ReturnType<ReadinessParts["sampler"]["alarms"]>;

const well: ReadinessParts = {
  store: { ping: async () => {} },
  chain: { block: () => 1 },
  verifier: { canAcceptWork: () => true },
  sampler: { alarms: () => [], fault: () => null },
  weigher: { faults: () => [] },
  trusted: { fault: () => null },
  push: null,
  disk: { fault: () => null },
  intake: { drain: { order: () => null } },
};

async function sampling(alarms: Alarms) {
  const { ready, checks } = await readinessOf({
    ...well,
    sampler: { alarms: () => alarms, fault: () => null },
  });
  return { ready, check: checks.find(({ name }) => name === "sampling") };
}

test("a validator is ready while the sampling keeps to its design", async () => {
  assert.deepEqual(await sampling([]), { ready: true, check: { name: "sampling", ok: true } });
});

test("a lane whose rate left its design is not ready, and is named", async () => {
  const { ready, check } = await sampling([lane, { ...lane, lane: "sat", rate: "1", draws: 3, sampled: 2 }]);
  assert.equal(ready, false);
  assert.equal(check?.ok, false);
  assert.equal(
    check?.detail,
    "lane groth16, class lane: 0.44 % of the draws were sampled, but the configured rate is 20/500; " +
      "lane sat, class lane: 67 % of the draws were sampled, but the configured rate is 1",
  );
});

test("a single miner's alarm shows and leaves the validator ready, and neither names the miner nor its counts", async () => {
  const { ready, check } = await sampling([miner]);
  assert.deepEqual([ready, check?.ok], [true, true]);
  assert.equal(check?.detail, "the realised rate of 1 miner is not the configured one; see the log");
  const both = await sampling([lane, miner, { ...miner, hotkey: "5Other" }]);
  assert.equal(both.ready, false);
  assert.match(both.check?.detail ?? "", /^lane groth16.*; the realised rate of 2 miners/);
  assert.doesNotMatch(both.check?.detail ?? "", /5Miner|5Other|427/);
});

test("what was not paid is shown and leaves the validator ready", async () => {
  const weigher = { faults: () => ["the burn share of 0.8 has nobody to go to", "2 rows were left out"] };
  const { ready, checks } = await readinessOf({ ...well, weigher });
  assert.equal(ready, true);
  assert.deepEqual(
    checks.find(({ name }) => name === "weights"),
    {
      ...{ name: "weights", ok: true },
      detail: "the burn share of 0.8 has nobody to go to; 2 rows were left out",
    },
  );
});

test("a clock in doubt is named, and so is what follows from it", async () => {
  const { ready, checks } = await readinessOf({ ...well, trusted: { fault: () => "it stepped" } });
  assert.equal(ready, false);
  assert.deepEqual(checks.slice(0, 2), [
    { name: "clock", ok: false, detail: "it stepped" },
    { name: "epoch", ok: false, detail: "unknown while the clock is in doubt" },
  ]);
});

test("each other fault makes it not ready by its own name", async () => {
  const faulty: [string, Partial<ReadinessParts>][] = [
    ["store", { store: { ping: () => Promise.reject(new Error("gone")) } }],
    ["epoch", { sampler: { alarms: () => [], fault: () => "closed" } }],
    ["chain", { chain: { block: () => null } }],
    ["verification", { verifier: { canAcceptWork: () => false } }],
    ["canary", { push: { canary: { fault: () => "undetected" } } }],
    ["disk", { disk: { fault: () => "full" } }],
    ["draining", { intake: { drain: { order: () => ({ reason: "an upgrade" }) } } }],
  ];
  for (const [name, part] of faulty) {
    const { ready, checks } = await readinessOf({ ...well, ...part });
    assert.equal(ready, false);
    assert.deepEqual(
      checks.filter(({ ok }) => !ok).map((check) => check.name),
      [name],
    );
  }
});
