import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { type Random, systemRandom } from "../../../src/core/random.ts";
import { parseHotkey } from "../../../src/core/ss58.ts";
import type { Draw } from "../../../src/flow/draw.ts";
import { type AnsweredJob, isJobId } from "../../../src/flow/job.ts";
import type { PushLane } from "../../../src/flow/lane.ts";
import type { Verdict } from "../../../src/flow/verdict.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";
import { Canary } from "../../../src/verify/canary.ts";
import { Counts } from "../../support/counts.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { namedPushLane } from "../../support/lanes/namedPush.ts";

const EVERY = 300_000;
const LATE = 60_000;
const detected: Verdict = { outcome: "invalid", code: "proof_rejected" };

const canaryOf: PushLane["canary"] = (seed) => ({
  kind: "square",
  input: { x: String(seed) },
  answer: "wrong",
});

interface Given {
  readonly lanes?: readonly PushLane[];
  readonly draw?: (lane: string, workId: string) => Draw;
  readonly random?: Random;
}

const drawn = (lane: string, workId: string, sampled = true): Draw => ({
  ...{ epoch: 1, lane, hotkey: "h", work_id: workId, class: "customer" },
  ...{ rate: "1", x: "0".repeat(16), sampled },
});

function make(given: Given = {}) {
  const { lanes = [namedPushLane("groth16", 1, { canary: canaryOf })], draw = drawn } = given;
  const clock = new FakeClock(0);
  const metrics = new Counts();
  const sent: { job: AnsweredJob; done: (verdict: Verdict) => void }[] = [];
  const canary = new Canary(
    { everyMs: EVERY, lateMs: LATE },
    {
      lanes: new Map(lanes.map((lane) => [lane.name, lane])),
      draw,
      verify: (job, done) => sent.push({ job, done }),
      clock,
      random: given.random ?? systemRandom,
      log: silentLog,
      metrics,
    },
  );
  const undetected = (why?: string): number =>
    metrics.get("assay_canaries_undetected_total", why === undefined ? {} : { why });
  const answer = (verdict: Verdict): void => (sent.at(-1) ?? assert.fail("no canary")).done(verdict);
  const later = (ms: number): void => {
    clock.advance(ms);
    canary.tick();
  };
  return { canary, sent, metrics, undetected, answer, later };
}

describe("canary", () => {
  it("sends a known wrong answer as a miner's, and is content when it is found invalid", () => {
    const { canary, sent, metrics, undetected, answer } = make();
    canary.tick();
    const [{ job } = assert.fail("none was sent")] = sent;
    assert.equal(job.answer, "wrong");
    assert.ok(isJobId(job.jobId));
    assert.deepEqual([job.draw.work_id, job.draw.lane, job.lane], [job.jobId, "groth16", "groth16"]);
    assert.ok(parseHotkey(job.hotkey));
    assert.equal(job.credit, 0);
    answer(detected);
    assert.equal(canary.fault(), null);
    assert.equal(metrics.get("assay_canaries_detected_total", { lane: "groth16" }), 1);
    assert.equal(undetected(), 0);
  });

  it("sends the next one when it is due, never two at a time, each of a hotkey and a seed of its own", () => {
    const { canary, sent, answer, later } = make();
    canary.tick();
    later(EVERY);
    assert.equal(sent.length, 1, "the first has no verdict yet");
    answer(detected);
    later(0);
    assert.equal(sent.length, 2, "long due");
    answer(detected);
    later(EVERY - 1);
    assert.equal(sent.length, 2);
    later(1);
    assert.equal(sent.length, 3);
    assert.equal(new Set(sent.map(({ job }) => job.hotkey)).size, 3);
    assert.equal(new Set(sent.map(({ job }) => job.input.x)).size, 3);
  });

  it("asks with a seed of 63 bits", () => {
    const ones: Random = { ...systemRandom, bytes: (count) => new Uint8Array(count).fill(255) };
    const { canary, sent } = make({ random: ones });
    canary.tick();
    assert.equal(sent[0]?.job.input.x, String(2n ** 63n - 1n));
  });

  for (const why of ["valid", "error"] as const) {
    it(`raises the alarm for a verdict ${why}, until a later one is detected`, () => {
      const { canary, undetected, answer, later } = make();
      canary.tick();
      answer(why === "valid" ? { outcome: "valid" } : { outcome: "error", code: "check_crashed" });
      assert.match(canary.fault() ?? "", new RegExp(`groth16: ${why}`));
      assert.equal(undetected(why), 1);
      later(EVERY);
      assert.notEqual(canary.fault(), null, "sent is not detected");
      answer(detected);
      assert.equal(canary.fault(), null);
    });
  }

  it("raises the alarm when sampling passes it over, and sends nothing to be verified", () => {
    let alive = false;
    const { canary, sent, undetected, answer, later } = make({
      draw: (lane, workId) => drawn(lane, workId, alive),
    });
    canary.tick();
    later(EVERY - 1);
    assert.deepEqual([sent.length, undetected("unsampled")], [0, 1]);
    assert.notEqual(canary.fault(), null);
    alive = true;
    later(1);
    answer(detected);
    assert.equal(canary.fault(), null);
  });

  it("raises the alarm once when no verdict comes in time, and takes one that comes too late", () => {
    const { canary, sent, undetected, answer, later } = make();
    canary.tick();
    later(LATE);
    assert.equal(canary.fault(), null);
    later(1);
    later(EVERY);
    assert.notEqual(canary.fault(), null);
    assert.deepEqual([undetected("late"), sent.length], [1, 1]);
    answer(detected);
    assert.equal(canary.fault(), null);
    later(0);
    assert.equal(sent.length, 2);
  });

  it("waits for an epoch that can decide, without an alarm meanwhile", () => {
    let ready = false;
    const { canary, sent, undetected, later } = make({
      draw: (lane, workId) => {
        if (!ready) throw new AssayError({ code: "store_unavailable", retry_after_s: 5 });
        return drawn(lane, workId);
      },
    });
    canary.tick();
    assert.deepEqual([canary.fault(), undetected(), sent.length], [null, 0, 0]);
    ready = true;
    later(1);
    assert.equal(sent.length, 1, "at the next tick, not at the next canary");
  });

  it("that cannot be sent for as long as a verdict may take is a fault, counted once, until one is detected", () => {
    let ready = false;
    const { canary, answer, undetected, later } = make({
      draw: (lane, workId) => {
        if (!ready) throw new AssayError({ code: "store_unavailable", retry_after_s: 5 });
        return drawn(lane, workId);
      },
    });
    canary.tick();
    later(LATE);
    assert.deepEqual([canary.fault(), undetected()], [null, 0]);
    later(1);
    later(1000);
    assert.match(canary.fault() ?? "", /groth16: not_started/);
    assert.equal(undetected("not_started"), 1);
    ready = true;
    later(1);
    answer(detected);
    assert.equal(canary.fault(), null);
  });

  it("keeps lanes apart; a lane without canaries is left out, one whose canary fails is not", () => {
    const broken = (): never => {
      throw new Error("no canary");
    };
    const { canary, sent, answer, undetected } = make({
      lanes: [
        namedPushLane("none", 1),
        namedPushLane("broken", 1, { canary: broken }),
        namedPushLane("fine", 1, { canary: canaryOf }),
      ],
    });
    canary.tick();
    assert.deepEqual(
      sent.map(({ job }) => job.lane),
      ["fine"],
    );
    answer(detected);
    assert.match(canary.fault() ?? "", /broken/);
    assert.doesNotMatch(canary.fault() ?? "", /fine|none/);
    assert.equal(undetected("error"), 1);
  });

  it("registers metrics that the registry takes", () => {
    const modules = { lanes: new Map(), draw: drawn, verify: () => {}, clock: new FakeClock(0) };
    const metrics = new MetricRegistry();
    const canary = new Canary(
      { everyMs: 1, lateMs: 1 },
      { ...modules, random: systemRandom, log: silentLog, metrics },
    );
    assert.equal(canary.fault(), null);
  });
});
