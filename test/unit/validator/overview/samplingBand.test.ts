import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256Hex } from "../../../../src/core/hash.ts";
import type { LogEntry } from "../../../../src/flow/draw.ts";
import { DrawCount } from "../../../../src/validator/overview/samplingBand.ts";

const policy = {
  lanes: { sat: "1/4", groth16: "20/500" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
};

function draw(i: number, sampled: boolean, rate = "1/4"): LogEntry {
  const base = {
    epoch: 7,
    lane: "sat",
    hotkey: "5A",
    work_id: `w${i}`,
    class: "lane",
    rate,
    sampled,
  } as const;
  const x = sha256Hex(Buffer.from(`${i}`)).slice(0, 16);
  return { type: "draw", receipt_id: `r${i}`, answer_sha256: "ab", x, ...base };
}

test("the band of a lane that kept to its design holds the design", () => {
  const count = new DrawCount(policy);
  for (let i = 0; i < 400; i++) count.add(draw(i, i % 4 === 0));
  const [band] = count.bands(7);
  assert.equal(band?.design, 0.25);
  assert.equal(band?.realised, 0.25);
  assert.ok(band.low > 0.19 && band.low < 0.25 && band.high > 0.25 && band.high < 0.32, JSON.stringify(band));
  assert.equal(band.epoch, 7);
});

test("a lane that was sampled half as much as designed is outside of its band", () => {
  const count = new DrawCount(policy);
  for (let i = 0; i < 400; i++) count.add(draw(i, i % 8 === 0));
  const [band] = count.bands(7);
  assert.ok(band !== undefined && band.high < band.design, JSON.stringify(band));
});

test("a second answer to one challenge is not a second draw, and a verdict is none", () => {
  const count = new DrawCount(policy);
  count.add(draw(1, true));
  count.add(draw(1, true));
  const { receipt_id, work_id, ...rest } = draw(1, true) as Extract<LogEntry, { type: "draw" }>;
  const verdict = { epoch: rest.epoch, lane: rest.lane, hotkey: rest.hotkey, work_id, receipt_id };
  count.add({ type: "verdict", ...verdict, state: "accepted", verified: true, code: null });
  assert.equal(count.draws, 1);
});

test("draws of jobs are designed by their class, as the epoch's own policy has it", () => {
  const count = new DrawCount(policy);
  const rows = ["0 jb_1 lane 0", "0 jb_2 customer 1", "1 jb_3 cold_start 0", "1 jb_4 struck 1"];
  count.add({ type: "draws", epoch: 7, lane: "groth16", hotkeys: ["5A", "5B"], rows });
  const [band] = count.bands(7);
  assert.equal(band?.design, (0.04 + 1 + 0.2 + 0.5) / 4);
  assert.equal(band?.realised, 0.5);
});

test("where every draw is sampled the band ends at 1, and a lane without draws has none", () => {
  const count = new DrawCount(policy);
  for (let i = 0; i < 50; i++) count.add(draw(i, true, "1"));
  const bands = count.bands(7);
  assert.equal(bands.length, 1);
  assert.equal(bands[0]?.high, 1);
  assert.ok((bands[0]?.low ?? 0) > 0.85);
});
