import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { systemClock } from "../../../src/core/clock.ts";
import { HeldMetrics, SHOWN_EVERY_MS, SHOWN_TOGETHER } from "../../../src/core/heldMetrics.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { DrawClass } from "../../../src/flow/draw.ts";
import type { AnsweredJob } from "../../../src/flow/job.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";
import { WorkerPool } from "../../../src/pool/pool.ts";
import { ProofVerifier } from "../../../src/verify/proofs/proofVerifier.ts";
import { SeededRandom } from "../../support/dispatch/cap/queueing.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { namedPushLane } from "../../support/lanes/namedPush.ts";
import { MetricsHiddenWorld, moved, ownLines } from "../../support/observe/metricsHiddenWorld.ts";

// Everybody can read /metrics: a lone miner that reads it after every answer must not learn what was drawn.

const STEPS = 300;

/** What moved at each step, for the sampled ones and the others; both are many. */
class Steps {
  readonly sampled: string[] = [];
  readonly unsampled: string[] = [];

  add(sampled: boolean, what: string): void {
    this[sampled ? "sampled" : "unsampled"].push(what);
  }

  /** Each step moved the same, whichever it was. */
  assertSame(): string {
    const { sampled, unsampled } = this;
    assert.ok(sampled.length > STEPS / 3 && unsampled.length > STEPS / 3, `${sampled.length} were sampled`);
    const all = new Set([...sampled, ...unsampled]);
    assert.equal(
      all.size,
      1,
      `${[...new Set(sampled)].join("\n\n")}\n\nor\n\n${[...new Set(unsampled)].join("\n\n")}`,
    );
    return [...all].join();
  }
}

describe("the metrics of a validator with a lone miner", () => {
  it("move alike with every answer in the pull lane, sampled or not", async (t) => {
    const world = await MetricsHiddenWorld.open(t, "1/2");
    const steps = new Steps();
    // The first answers make series that were not there.
    for (let seq = 0; seq < 10; seq++) await world.submit(seq);
    let before = await world.metrics();
    for (let seq = 10; seq < STEPS + 10; seq++) {
      const sampled = await world.submit(seq);
      const after = await world.metrics();
      steps.add(sampled, moved(before, after));
      before = after;
    }
    const what = steps.assertSame();
    assert.match(what, /assay_admit_submissions_total\{.*\} by 1\n/);
    assert.doesNotMatch(what, /verified|verify_seconds|kind="check"/);
  });

  it("count every answer at once where all are checked", async (t) => {
    const world = await MetricsHiddenWorld.open(t, "1");
    await world.submit(0);
    const before = await world.metrics();
    await world.submit(1);
    const what = moved(before, await world.metrics());
    assert.match(what, /assay_verified_total\{lane="sat",outcome="valid"\} by 1\n/);
    assert.match(what, /assay_verify_seconds_count\{lane="sat"\} by 1/);
  });

  for (const drawClass of ["lane", "customer"] as const) {
    it(`do not move with an answer in the push lane, of class ${drawClass}`, async (t) => {
      const registry = new MetricRegistry();
      const verify = await openDesk(t, registry);
      const random = new SeededRandom(11);
      const steps = new Steps();
      for (let step = 0; step < STEPS; step++) {
        const before = await ownText(registry);
        const sampled = random.unit() < 0.5;
        const verdict = sampled ? verify(step, drawClass) : null;
        const meanwhile = await ownText(registry);
        await verdict;
        steps.add(sampled, `${meanwhile === before} ${(await ownText(registry)) === before}`);
      }
      assert.equal(steps.assertSame(), "true true");
    });
  }
});

describe("the metrics of a full desk", () => {
  it("do not move with an answer that waits for room, or gets it", async (t) => {
    const registry = new MetricRegistry();
    const verify = await openDesk(t, registry);
    const before = await ownText(registry);
    const verdicts = Array.from({ length: 40 }, (_, step) => verify(step, "lane"));
    assert.equal(await ownText(registry), before);
    await Promise.all(verdicts);
    assert.equal(await ownText(registry), before);
  });
});

describe("the metrics of the worker pool", () => {
  it("do not move with checks that wait or end, but with every other task", async (t) => {
    const registry = new MetricRegistry();
    const pool = await openPool(t, registry, "poolWorker");
    const answer = { encoding: "text", bytes: Buffer.from("valid") } as const;
    const ref = { tier: 1, seed: 7n };
    const checks = Array.from({ length: 20 }, () => pool.run({ kind: "check", lane: "sat", ref, answer }));
    const before = await ownText(registry);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await ownText(registry), before, "most of them wait");
    await Promise.all(checks);
    assert.equal(await ownText(registry), before);
    const renders = Array.from({ length: 20 }, () => pool.run({ kind: "render", lane: "valid", ref }));
    await new Promise((resolve) => setImmediate(resolve));
    const waiting = /^assay_pool_waiting_count (\d+)$/m.exec(await ownText(registry))?.[1];
    assert.ok(Number(waiting) > 0, `${waiting} wait`);
    await Promise.all(renders);
    assert.match(await ownText(registry), /assay_pool_tasks_total\{kind="render",outcome="done"\} 20/);
  });
});

const ownText = async (registry: MetricRegistry): Promise<string> =>
  ownLines((await registry.expose()).body).join("\n");

/** One worker thread. */
async function openPool(
  t: TestContext,
  metrics: MetricRegistry,
  worker: "deskWorker" | "poolWorker",
): Promise<WorkerPool> {
  const folder = mkdtempSync(join(tmpdir(), "assay-metrics-"));
  const deadlineMs = { signature: 1000, check: 1000, proofs: 1000, render: 1000, index: 1000 };
  const entry = new URL(`../../support/${worker}.ts`, import.meta.url);
  const workerData = { journal: join(folder, "journal") };
  const pool = await WorkerPool.open(
    { threads: 1, entry, workerData, deadlineMs, batch: 4, queueMax: 100 },
    { clock: systemClock, log: silentLog, metrics },
  );
  t.after(async () => {
    await pool.close();
    rmSync(folder, { recursive: true });
  });
  return pool;
}

/** A desk with workers of its own, in a lane of which half is drawn; `verify` hands it an answer and waits for the verdict. */
async function openDesk(
  t: TestContext,
  metrics: MetricRegistry,
): Promise<(step: number, drawClass: DrawClass) => Promise<void>> {
  const base = { clock: systemClock, log: silentLog, metrics };
  const pool = await openPool(t, metrics, "deskWorker");
  const lanes = new Map([["groth16", namedPushLane("groth16", 1)]]);
  const desk = new ProofVerifier(
    { bound: 8, running: 2, batchMax: 32, maxTries: 3, retryMs: 2 },
    { ...base, pool, lanes, soon: setImmediate, freed: () => {} },
  );
  t.after(async () => {
    await desk.drain(0);
  });
  return (step, drawClass) =>
    new Promise((resolve) => {
      desk.verify(jobOf(step, drawClass), ({ outcome }) => {
        assert.equal(outcome, step % 3 === 0 ? "invalid" : "valid");
        // Everything that the verdict's turn does is done.
        setImmediate(resolve);
      });
    });
}

function jobOf(step: number, drawClass: DrawClass): AnsweredJob {
  const jobId = `jb_${step.toString(16).padStart(32, "0")}`;
  const base = { lane: "groth16", hotkey: `miner ${step}` };
  const rate = drawClass === "customer" ? "1" : "20/500";
  const draw = {
    ...base,
    epoch: 1,
    work_id: jobId,
    class: drawClass,
    rate,
    x: "0".repeat(16),
    sampled: true,
  };
  const answer = step % 3 === 0 ? "wrong" : "valid";
  return { ...base, jobId, kind: "square", draw, input: {}, answer, credit: 1, block: 7 };
}

/** Counters, a histogram and gauges that are held by lane, but for the lane `open`. */
function held(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = new FakeClock(1_700_000_000_000);
  clock.advance(17_000);
  const registry = new MetricRegistry();
  const metrics = new HeldMetrics(registry, clock, ({ lane = "" }) => (lane === "open" ? null : lane));
  const [ended, other] = ["assay_ended_total", "assay_other_total"].map((name) =>
    metrics.counter(name, name, ["lane", "outcome"]),
  );
  assert.ok(ended && other);
  const add = (lane: string, times: number, outcome = "valid"): void => {
    for (let i = 0; i < times; i++) ended.add({ lane, outcome });
  };
  const pass = (ms: number): void => {
    clock.advance(ms);
    t.mock.timers.tick(ms);
  };
  const lines = async (): Promise<string[]> => ownLines((await registry.expose()).body);
  return { metrics, ended, other, add, pass, lines };
}

describe("metrics that are held back", () => {
  it("show nothing of 499, however long it takes, and all of 500 at the next full minute", async (t) => {
    const { add, pass, lines } = held(t);
    add("sat", SHOWN_TOGETHER - 1, "valid");
    pass(10 * SHOWN_EVERY_MS);
    assert.deepEqual(await lines(), []);
    add("sat", 1, "unsampled");
    pass(SHOWN_EVERY_MS - 17_000 - 1);
    assert.deepEqual(await lines(), []);
    pass(1);
    assert.deepEqual(await lines(), [
      'assay_ended_total{lane="sat",outcome="valid"} 499',
      'assay_ended_total{lane="sat",outcome="unsampled"} 1',
    ]);
    add("sat", SHOWN_TOGETHER - 1, "valid");
    pass(SHOWN_EVERY_MS);
    assert.equal((await lines())[0], 'assay_ended_total{lane="sat",outcome="valid"} 499', "it starts anew");
    add("sat", 1, "valid");
    pass(SHOWN_EVERY_MS);
    assert.equal((await lines())[0], 'assay_ended_total{lane="sat",outcome="valid"} 999');
  });

  it("show what is observed with the counts, exactly", async (t) => {
    const { metrics, add, pass, lines } = held(t);
    const seconds = metrics.histogram("assay_took_seconds", "Time", ["lane"], [0.25, 1]);
    for (const value of [0.125, 0.5, 0.5, 2]) seconds.observe(value, { lane: "sat" });
    add("sat", SHOWN_TOGETHER - 1);
    pass(SHOWN_EVERY_MS);
    assert.deepEqual(await lines(), []);
    add("sat", 1);
    pass(SHOWN_EVERY_MS);
    assert.deepEqual((await lines()).slice(1), [
      'assay_took_seconds_bucket{le="0.25",lane="sat"} 1',
      'assay_took_seconds_bucket{le="1",lane="sat"} 3',
      'assay_took_seconds_bucket{le="+Inf",lane="sat"} 4',
      'assay_took_seconds_sum{lane="sat"} 3.125',
      'assay_took_seconds_count{lane="sat"} 4',
    ]);
  });

  it("do not show a quiet lane with a busy one, and hold nothing of a lane with nothing to hide", async (t) => {
    const { add, other, pass, lines } = held(t);
    add("busy", SHOWN_TOGETHER);
    add("quiet", 1);
    add("open", 1);
    assert.deepEqual(await lines(), ['assay_ended_total{lane="open",outcome="valid"} 1']);
    other.add({ lane: "busy", outcome: "x" }, 2);
    pass(SHOWN_EVERY_MS);
    assert.deepEqual((await lines()).toSorted(), [
      'assay_ended_total{lane="busy",outcome="valid"} 500',
      'assay_ended_total{lane="open",outcome="valid"} 1',
      'assay_other_total{lane="busy",outcome="x"} 2',
    ]);
  });

  it("hold 4,095 counts or observations of a lane, and show the next at once", async (t) => {
    const { metrics, add, ended, lines } = held(t);
    const seconds = metrics.histogram("assay_took_seconds", "Time", ["lane"], [1]);
    add("sat", 4095);
    for (let i = 0; i < 4095; i++) seconds.observe(1, { lane: "slow" });
    assert.deepEqual(await lines(), []);
    ended.add({ lane: "sat", outcome: "valid" });
    seconds.observe(1, { lane: "slow" });
    const shown = await lines();
    assert.ok(shown.includes('assay_ended_total{lane="sat",outcome="valid"} 4096'), shown.join("\n"));
    assert.ok(shown.includes('assay_took_seconds_count{lane="slow"} 4096'), shown.join("\n"));
  });

  it("show of a gauge the least of each minute: what piles up, and no single piece", async (t) => {
    const { metrics, pass, lines } = held(t);
    const gauge = metrics.gauge("assay_pending_count", "Pending");
    const shown = async (): Promise<string | undefined> => (await lines())[0];
    const none = await shown();
    for (const value of [1, 0, 3, 0]) {
      gauge.set(value);
      pass(SHOWN_EVERY_MS / 4);
    }
    gauge.set(2);
    pass(SHOWN_EVERY_MS - 17_000);
    assert.equal(await shown(), none, "it was 0 at some moment of each minute");
    gauge.set(7);
    pass(1000);
    gauge.set(5);
    pass(SHOWN_EVERY_MS - 1000);
    assert.equal(await shown(), "assay_pending_count 2");
    pass(SHOWN_EVERY_MS);
    assert.equal(await shown(), "assay_pending_count 5");
    gauge.set(0);
    pass(SHOWN_EVERY_MS);
    assert.equal(await shown(), none);
  });
});
