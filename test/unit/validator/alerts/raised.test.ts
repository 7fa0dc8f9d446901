import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openLocalChain } from "../../../../src/chain/local/open.ts";
import { type ChainState, chainAlarms, chainFaults } from "../../../../src/chain/subtensor/faults.ts";
import { alarmsOf } from "../../../../src/chain/subtensor/weights/weightsStatus.ts";
import type { AlertRule } from "../../../../src/core/alert.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import { Suspensions } from "../../../../src/judge/suspensions.ts";
import { Unreachable } from "../../../../src/judge/unreachable.ts";
import type { AlertFacts, ProcessFacts, WeightFacts } from "../../../../src/observe/alerts/facts.ts";
import { RateWatch } from "../../../../src/sample/watch/rateWatch.ts";
import { AlertBook } from "../../../../src/validator/alerts/book.ts";
import { ProcessWatch } from "../../../../src/validator/alerts/processFacts.ts";
import { Canary } from "../../../../src/verify/canary.ts";
import {
  SubmissionVerifier,
  type SubmissionVerifierModules,
} from "../../../../src/verify/submissions/submissionVerifier.ts";
import { type WellParts, wellParts } from "../../../support/alerts/wellParts.ts";
import { FakeClock } from "../../../support/fakeClock.ts";
import { namedPushLane } from "../../../support/lanes/namedPush.ts";

// Faults that a process cannot be brought to cheaply: the stage that finds each, and the evaluation, are the real ones.

const clock = new FakeClock(1_700_000_000_000);
const well: WeightFacts = { unsigned: null, late: [], missed: [], stopped: null };

/** Evaluates twice at each look, as configured with `for: 2`. */
class Evaluation {
  readonly book = new AlertBook();
  readonly #watch: ProcessWatch;
  /** What the leader knows besides. */
  more: Partial<AlertFacts> = {};

  constructor(parts: Partial<WellParts> = {}) {
    this.#watch = new ProcessWatch("one", wellParts(clock, parts));
  }

  /** The rules that fire. */
  async firing(write: () => Promise<void> = async () => {}): Promise<AlertRule[]> {
    for (let i = 0; i < 2; i++) {
      const processes: ProcessFacts[] = [await this.#watch.facts(write)];
      const facts: AlertFacts = { processes, weights: well, schema: null, starts: null, ...this.more };
      this.book.evaluate(facts, { now: clock.nowMs(), evaluations: 2 }, () => true);
    }
    return this.book.records.filter(({ state }) => state === "firing").map(({ rule }) => rule);
  }
}

test("nothing fires where all is well", async () => {
  assert.deepEqual(await new Evaluation().firing(), []);
});

function dirFor(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "assay-alerts-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

test("chain_stale: the file of the local chain's miners is gone, or refused, and is back", async (t) => {
  const file = join(dirFor(t), "miners.json");
  writeFileSync(file, "[]");
  const options = { blockMs: 12_000, genesisMs: 0, tempo: 360, miners: { kind: "file", file } } as const;
  const chain = await openLocalChain(options, { clock, log: silentLog });
  const evaluation = new Evaluation({ chain });
  assert.deepEqual(await evaluation.firing(), []);
  rmSync(file);
  await chain.refresh();
  assert.deepEqual(await evaluation.firing(), ["chain_stale"]);
  writeFileSync(file, "{");
  await chain.refresh();
  assert.deepEqual(await evaluation.firing(), ["chain_stale"]);
  writeFileSync(file, "[]");
  await chain.refresh();
  assert.deepEqual(await evaluation.firing(), []);
});

test("chain_stale: the height of the local chain is unknown before its genesis", async () => {
  const local = new FakeClock(clock.nowMs());
  const genesisMs = local.nowMs() + 1;
  const options = { blockMs: 12_000, genesisMs, tempo: 360, miners: { kind: "open" } } as const;
  const evaluation = new Evaluation({
    chain: await openLocalChain(options, { clock: local, log: silentLog }),
  });
  assert.deepEqual(await evaluation.firing(), ["chain_stale"]);
  local.advance(1);
  assert.deepEqual(await evaluation.firing(), []);
});

const good: ChainState = {
  ...{ blockAgeMs: 5000, staleAfterMs: 120_000, isHeightKnown: true, hasMetagraph: true },
  ...{ endpoints: [], metagraphFault: null, metagraphLateBlocks: 0, tempo: 360 },
  ...{ driftMs: 100, driftMostMs: 8000, disagreement: null, lacks: [] },
};

test("a subnet: stale blocks, endpoints that disagree and a clock that drifts are one alert each", async () => {
  const states: [Partial<ChainState>, AlertRule[]][] = [
    [{ isHeightKnown: false, blockAgeMs: 130_000 }, ["chain_stale"]],
    [{ metagraphLateBlocks: 721, metagraphFault: "no answer" }, ["chain_stale"]],
    [{ disagreement: { number: 7, hashes: [{ endpoint: "ws://a", hash: "0x1" }] } }, ["endpoints_disagree"]],
    [
      { endpoints: [{ name: "ws://a", fault: null, otherGenesis: `0x${"1".repeat(64)}` }] },
      ["endpoints_disagree"],
    ],
    [{ driftMs: 2001 }, ["clock_drift"]],
    [{ driftMs: -9000 }, ["clock_drift"]],
    [{ driftMs: 2000 }, []],
  ];
  for (const [change, rules] of states) {
    let state = { ...good, ...change };
    const chain = {
      block: () => (state.isHeightKnown ? 1 : null),
      faults: () => chainFaults(state),
      alarms: () => chainAlarms(state),
    };
    const evaluation = new Evaluation({ chain });
    assert.deepEqual(await evaluation.firing(), rules, JSON.stringify(change));
    state = good;
    assert.deepEqual(await evaluation.firing(), []);
  }
});

test("sampling_rate: the watch over the draws of a lane finds that almost none is sampled", async () => {
  const watch = new RateWatch({ log: silentLog, metrics: noMetrics });
  const evaluation = new Evaluation({ sampler: { alarms: () => watch.alarms() } });
  assert.deepEqual(await evaluation.firing(), []);
  const draw = { lane: "groth16", hotkey: "h", class: "lane", rate: "20/500", sampled: false } as const;
  for (let i = 0; watch.alarms().length === 0; i++)
    watch.count({ ...draw, x: i.toString(16).padStart(16, "0") });
  assert.deepEqual(await evaluation.firing(), ["sampling_rate"]);
});

function canaryWith(outcome: () => "valid" | "invalid"): Canary {
  const canaryOf = () => ({ kind: "square", input: { x: "1" }, answer: "wrong" });
  return new Canary(
    { everyMs: 1, lateMs: 1000 },
    {
      lanes: new Map([["groth16", namedPushLane("groth16", 1, { canary: canaryOf })]]),
      draw: (lane, workId) => ({
        ...{ epoch: 1, lane, hotkey: "h", work_id: workId, class: "customer", rate: "1" },
        ...{ x: "0".repeat(16), sampled: true },
      }),
      verify: (_job, done) =>
        done(outcome() === "valid" ? { outcome: "valid" } : { outcome: "invalid", code: "proof_rejected" }),
      ...{ clock, random: systemRandom, log: silentLog, metrics: noMetrics },
    },
  );
}

test("canary_undetected: a checker finds everything valid, and then works again", async () => {
  let outcome: "valid" | "invalid" = "valid";
  const canary = canaryWith(() => outcome);
  const push = {
    canary,
    dispatcher: { activeCount: () => 0 },
    proofVerifier: { pendingUnits: () => 0 },
  } as unknown as NonNullable<WellParts["push"]>;
  const evaluation = new Evaluation({ push });
  canary.tick();
  assert.deepEqual(await evaluation.firing(), ["canary_undetected"]);
  outcome = "invalid";
  clock.advance(2);
  canary.tick();
  assert.deepEqual(await evaluation.firing(), []);
});

test("verification_backlog: every unit of verification is reserved, and some are free again", async () => {
  const lane = { name: "sat", cost: 1, policy: { rate: { text: "1" } } };
  const modules = {
    ...{ lanes: new Map([["sat", lane]]), clock, log: silentLog, metrics: noMetrics },
  } as unknown as SubmissionVerifierModules;
  const options = { concurrency: 2, pendingFactor: 4, maxTries: 3, retryMs: 1 };
  const verifier = new SubmissionVerifier(options, modules);
  const config = { ...wellParts(clock).config, verify: { concurrency: 2, pending_factor: 4 } };
  const evaluation = new Evaluation({ verifier, config });
  const reserved = Array.from({ length: 8 }, () => verifier.reserve("sat"));
  assert.equal(verifier.reserve("sat"), null);
  assert.deepEqual(await evaluation.firing(), ["verification_backlog"]);
  assert.deepEqual([evaluation.book.records[0]?.value, evaluation.book.records[0]?.threshold], [8, 8]);
  reserved[0]?.release();
  assert.deepEqual(await evaluation.firing(), []);
});

test("unreachable_presumed_ours: 3 of 10 miners fail to connect within a minute; 2 do not raise it", async () => {
  const store = { suspend: async () => {}, release: async () => 0 };
  const chain = { block: () => 1, tempo: () => 360 };
  const options = { tempos: 1, remembered: 64, outageMiners: 4 };
  const unreachable = new Unreachable(
    options,
    { store, chain, clock, log: silentLog, metrics: noMetrics },
    new Suspensions(),
  );
  const push = {
    canary: { fault: () => null },
    dispatcher: { activeCount: () => 10 },
    proofVerifier: { pendingUnits: () => 0 },
  } as unknown as NonNullable<WellParts["push"]>;
  const evaluation = new Evaluation({ push, judge: { outage: (active) => unreachable.outage(active) } });
  await unreachable.failed("a", 10);
  await unreachable.failed("b", 10);
  assert.deepEqual(await evaluation.firing(), []);
  await unreachable.failed("c", 10);
  assert.deepEqual(await evaluation.firing(), ["unreachable_presumed_ours"]);
  assert.deepEqual([evaluation.book.records[0]?.value, evaluation.book.records[0]?.threshold], [30, 30]);
  clock.advance(60_001);
  assert.deepEqual(await evaluation.firing(), []);
});

test("weights_stopped: another validator used the hotkey, until the operator says go on", async () => {
  const stop = { code: "another_validator_on_this_hotkey", block: 9, at: 1 } as const;
  const look = { view: { block: { number: 10 } }, steps: [], plans: [] } as unknown as Parameters<
    typeof alarmsOf
  >[0];
  const evaluation = new Evaluation();
  evaluation.more = { weights: { ...well, stopped: alarmsOf(look, stop).get(stop.code) ?? null } };
  assert.deepEqual(await evaluation.firing(), ["weights_stopped"]);
  evaluation.more = {};
  assert.deepEqual(await evaluation.firing(), []);
});

test("schema_version: a newer program has migrated the store, until this one is new too", async () => {
  const evaluation = new Evaluation();
  const { schemaKnown } = await new ProcessWatch("one", wellParts(clock)).facts(async () => {});
  evaluation.more = { schema: schemaKnown + 1 };
  assert.deepEqual(await evaluation.firing(), ["schema_version"]);
  assert.match(evaluation.book.records[0]?.text ?? "", /finish the upgrade/);
  evaluation.more = { schema: schemaKnown };
  assert.deepEqual(await evaluation.firing(), []);
});

test("store_failing and store_slow: by the write of each evaluation", async () => {
  const evaluation = new Evaluation();
  const slow = (ms: number) => async (): Promise<void> => clock.advance(ms);
  assert.deepEqual(await evaluation.firing(slow(251)), ["store_slow"]);
  assert.deepEqual(await evaluation.firing(slow(250)), []);
  const fails = (): Promise<void> => Promise.reject(new Error("disk I/O error"));
  assert.deepEqual(await evaluation.firing(fails), ["store_failing"]);
  assert.match(
    evaluation.book.records.find(({ state }) => state === "firing")?.text ?? "",
    /disk I\/O error/,
  );
});

test("a fault of one of several processes names it", async () => {
  const evaluation = new Evaluation();
  const own = await new ProcessWatch("one", wellParts(clock)).facts(async () => {});
  const other = { ...own, name: "two", canary: "a canary was not found invalid" };
  evaluation.more = { processes: [own, other] };
  assert.deepEqual(await evaluation.firing(), ["canary_undetected"]);
  assert.match(evaluation.book.records[0]?.text ?? "", /^process two: /);
});
