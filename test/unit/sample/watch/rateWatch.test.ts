import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { RateWatch } from "../../../../src/sample/watch/rateWatch.ts";
import type { WatchedDraw } from "../../../../src/sample/watch/series.ts";
import { Counts } from "../../../support/counts.ts";
import { SeededRandom } from "../../../support/dispatch/cap/queueing.ts";

const ALARMS = "assay_sample_rate_alarms_total";
const DROPPED = "assay_sample_watch_dropped_total";
const plain = { lane: "groth16", hotkey: "h", class: "lane", rate: "20/500" } as const;

/** A watch, what it says, and draws for it that are all different. */
function watching(seed = 1) {
  const metrics = new Counts();
  const said: { event: string; data: Record<string, unknown> }[] = [];
  const error = (event: string, data: object = {}) => said.push({ event, data: { ...data } });
  const watch = new RateWatch({ log: { ...silentLog, error }, metrics });
  const random = new SeededRandom(seed);
  const count = (draw: Partial<WatchedDraw>): void =>
    watch.count({ ...plain, sampled: true, x: Buffer.from(random.bytes(8)).toString("hex"), ...draw });
  return { watch, metrics, said, random, count };
}

describe("the watch over the realised rate", () => {
  it("finds a collapse within 300 draws in the median, of the lane and of its lone miner", () => {
    const delays = { lane: [] as number[], miner: [] as number[] };
    for (let run = 0; run < 101; run++) {
      const { watch, random, count } = watching(run);
      while (watch.alarms().length < 2) count({ sampled: random.unit() < 0.04 / 14 });
      for (const { hotkey, draws } of watch.alarms()) delays[hotkey === null ? "lane" : "miner"].push(draws);
    }
    for (const some of Object.values(delays)) {
      const median = some.sort((a, b) => a - b)[50] ?? Number.NaN;
      assert.ok(median <= 300, `${median}`);
    }
  });

  it("stays quiet over 300,000 draws of 256 miners that keep to the design", () => {
    const { watch, random, count } = watching(5);
    for (let i = 0; i < 300_000; i++) count({ hotkey: `h${i % 256}`, sampled: random.unit() < 0.04 });
    assert.deepEqual(watch.alarms(), []);
  });

  it("finds the one miner among 20 whose work is not drawn, while the lane as a whole looks well", () => {
    const { watch, metrics, said, random, count } = watching(6);
    for (let i = 0; watch.alarms().length === 0 && i < 20_000; i++) {
      const hotkey = `h${i % 20}`;
      count({ hotkey, sampled: hotkey !== "h7" && random.unit() < 0.04 });
    }
    const [alarm, ...more] = watch.alarms();
    assert.ok(alarm);
    assert.equal(alarm.hotkey, "h7");
    assert.ok(alarm.draws <= 450 && alarm.sampled === 0, `${alarm.draws}`);
    assert.deepEqual(more, []);
    assert.equal(metrics.get(ALARMS, { of: "miner", lane: "groth16", class: "lane" }), 1);
    assert.equal(metrics.get(ALARMS, { of: "lane" }), 0);
    const { event, data } = said[0] ?? assert.fail("nothing was said");
    assert.deepEqual([said.length, event], [1, "sample_rate_left_design"]);
    const { chance: unlikely, ...facts } = data;
    assert.deepEqual(facts, { ...alarm });
    assert.ok(typeof unlikely === "number" && unlikely > 0 && unlikely < 1e-5, `${unlikely}`);
  });

  it("raises an alarm once, with the counts of that moment", () => {
    const { watch, metrics, said, count } = watching();
    while (watch.alarms().length < 2) count({});
    const raised = watch.alarms();
    assert.deepEqual(
      raised.map(({ hotkey }) => hotkey),
      [null, "h"],
    );
    for (let i = 0; i < 5000; i++) count({});
    assert.deepEqual(watch.alarms(), raised);
    assert.equal(metrics.get(ALARMS), 2);
    assert.equal(said.length, 2);
    assert.equal("hotkey" in (said[0]?.data ?? {}), false);
  });

  it("counts an answer that is sent again once", () => {
    const { watch, count } = watching();
    for (let i = 0; i < 5000; i++) count({ x: "00000000000000aa" });
    assert.deepEqual(watch.alarms(), []);
  });

  it("keeps lanes, classes and rates apart: what leaves its design is named, and nothing else", () => {
    for (const other of [{ lane: "other" }, { class: "cold_start" }, { rate: "0.04" }] as const) {
      const { watch, count } = watching();
      for (let i = 0; i < 100; i++) {
        count({ hotkey: "a", sampled: i % 25 === 0 });
        count({ hotkey: "a", ...other });
      }
      const { lane, class: drawClass, rate } = { ...plain, ...other };
      const named = watch.alarms().map((alarm) => [alarm.lane, alarm.class, alarm.rate, alarm.hotkey]);
      assert.deepEqual(named, [
        [lane, drawClass, rate, null],
        [lane, drawClass, rate, "a"],
      ]);
    }
  });

  it("finds one unsampled draw where all are, and one sampled where none is", () => {
    for (const [rate, kept] of [
      ["1", true],
      ["500/500", true],
      ["0", false],
    ] as const) {
      const { watch, metrics, said, count } = watching();
      for (let i = 0; i < 1000; i++) count({ rate, sampled: kept });
      assert.deepEqual(watch.alarms(), []);
      count({ rate, sampled: !kept });
      count({ rate, sampled: !kept });
      const { lane, class: drawClass } = plain;
      const sampled = kept ? 1000 : 1;
      const alarm = { lane, class: drawClass, rate, draws: 1001, sampled, hotkey: null };
      assert.deepEqual(watch.alarms(), [alarm]);
      assert.equal(metrics.get(ALARMS, { of: "lane" }), 1);
      assert.equal(said[0]?.data.chance, 0);
    }
  });

  it("refuses a rate that is not a fraction", () => {
    const { count } = watching();
    for (const rate of ["2", "a half", ""]) assert.throws(() => count({ rate }), RangeError);
  });
});

describe("the bounds of the watch", () => {
  it("follow 8,192 hotkeys, and drop the oldest that is not in use", () => {
    const { metrics, count } = watching();
    for (let i = 0; i < 8192; i++) count({ hotkey: `h${i}` });
    assert.equal(metrics.get(DROPPED), 0);
    count({ hotkey: "one more" });
    assert.equal(metrics.get(DROPPED, { of: "miner" }), 1);
  });

  it("keep the evidence of a hotkey in use while thousands come and go", () => {
    const { watch, metrics, count } = watching();
    for (let i = 0; watch.alarms().length === 0 && i < 500; i++) {
      // The others make good for it, so that the lane keeps to its design.
      count({ hotkey: "kept", sampled: false });
      for (let other = 0; other < 100; other++) count({ hotkey: `${i} ${other}`, sampled: other % 25 === 0 });
    }
    assert.ok(metrics.get(DROPPED, { of: "miner" }) > 10_000);
    assert.deepEqual(
      watch.alarms().map(({ hotkey }) => hotkey),
      ["kept"],
    );
  });

  it("follow 256 lanes, classes and rates, and drop what is used least", () => {
    const { watch, metrics, count } = watching();
    for (let i = 0; i < 8; i++) {
      for (let rate = 0; rate < 256; rate++)
        count({ rate: `1/${rate + 10}`, sampled: false, hotkey: `${rate}` });
    }
    assert.equal(metrics.get(DROPPED), 0);
    for (let i = 0; i < 2000; i++) count({ lane: `other ${i}`, sampled: false, hotkey: "other" });
    // A hotkey is followed in 16 of its lanes.
    assert.deepEqual(
      [metrics.get(DROPPED, { of: "lane" }), metrics.get(DROPPED, { of: "miner" })],
      [2000, 2000 - 16],
    );
    assert.deepEqual(watch.alarms(), []);
  });

  it("keep 256 alarms of lanes and 256 of miners, and count the others", () => {
    const { watch, metrics, count } = watching();
    for (let i = 0; i < 300; i++) {
      count({ lane: `certain ${i}`, rate: "1", sampled: false });
      for (let draw = 0; draw < 60; draw++) count({ hotkey: `${i}` });
    }
    const alarms = watch.alarms();
    assert.deepEqual([alarms.length, alarms.filter(({ hotkey }) => hotkey === null).length], [512, 256]);
    assert.deepEqual([metrics.get(ALARMS, { of: "lane" }), metrics.get(ALARMS, { of: "miner" })], [301, 300]);
  });
});

test("the metric of the realised rate is exact when it is shown, and names no miner", async () => {
  const metrics = new MetricRegistry();
  const watch = new RateWatch({ log: silentLog, metrics });
  const draw = { ...plain, hotkey: "5Miner" };
  const shown = async (): Promise<string[]> => {
    watch.show();
    const { body } = await metrics.expose();
    return [...body.matchAll(/^assay_sample_realised_ratio\{.*class="(.*)"\} (.*)$/gm)].map(
      ([, drawClass, value]) => `${drawClass} ${value}`,
    );
  };
  assert.deepEqual(await shown(), []);
  for (const [i, sampled] of [false, true, false].entries())
    watch.count({ ...draw, sampled, x: `${i}`.repeat(16) });
  assert.deepEqual(await shown(), ["lane 0.3333333333333333"]);
  for (const [i, sampled] of [true, false].entries())
    watch.count({ ...draw, class: "customer", rate: "1", sampled, x: `${i}`.repeat(16) });
  watch.count({ ...draw, class: "struck", rate: "1/2", sampled: true, x: "1".repeat(16) });
  assert.deepEqual((await shown()).toSorted(), ["customer 0.5", "lane 0.3333333333333333"]);
  assert.doesNotMatch((await metrics.expose()).body, /5Miner/);
});
