import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededRandom } from "../../../../sim/engine/seededRandom.ts";
import type { Offer } from "../../../../sim/network/behaviour.ts";
import { Predictor, type Reveals } from "../../../../sim/network/predictor.ts";
import { notLessThan } from "../../../support/sim/odds.ts";

/** Jobs that come in one epoch; what is revealed is of the second one before. */
const AN_EPOCH = 400;
const EPOCHS = 30;
const RATE = 1 / 16;

/** How a sampler draws: from everything that a miner can see, or from nothing of it. */
type Draws = (offer: Offer, index: number) => boolean;

interface Outcome {
  readonly offers: number;
  readonly cheats: number;
  readonly found: number;
  /** Jobs before the first cheat. */
  readonly before: number;
}

/** A miner that looks for a pattern, at a validator whose draws are these. */
function play(draws: Draws, seed = 1): Outcome {
  const random = new SeededRandom(seed);
  const sampled = new Map<string, boolean>();
  let index = 0;
  const epochNow = (): number => Math.floor(index / AN_EPOCH);
  const reveals: Reveals = {
    epochNow,
    newest: () => (epochNow() < 2 ? null : epochNow() - 2),
    wasSampled: (_validator, epoch, _hotkey, jobId) =>
      epoch <= epochNow() - 2 ? (sampled.get(jobId) ?? null) : null,
    byOldKey: () => null,
  };
  const predictor = new Predictor(reveals);
  let [cheats, found, before] = [0, 0, 0];
  for (; index < AN_EPOCH * EPOCHS; index++) {
    const job_id = `jb_${random.uuid()}`;
    const input = { x: Math.floor(random.unit() * 1e9).toString(36) };
    const order = { job_id, lane: "work", kind: "kind-1", input, deadline_ms: 10_000 + index };
    const now = index * 8640;
    const offer = { order, now, age: now, serviceMs: 8000, hotkey: "5Miner", validator: 0 };
    const isSampled = draws(offer, index);
    sampled.set(job_id, isSampled);
    if (predictor.choose(offer) === "cheat") {
      cheats++;
      if (isSampled) found++;
    } else if (cheats === 0) before++;
  }
  return { offers: index, cheats, found, before };
}

const digitOf = (text: string, at: number): string => text.at(at) ?? "";

describe("a predictor", () => {
  const holes: readonly [string, Draws][] = [
    ["the first digit of the job's name", ({ order }) => digitOf(order.job_id, 3) === "0"],
    ["the last digit of the job's name", ({ order }) => digitOf(order.job_id, -1) === "7"],
    ["the last digit of what is asked", ({ order }) => "ab".includes(digitOf(String(order.input.x), -1))],
    ["the second of the minute", ({ now }) => Math.floor(now / 1000) % 60 < 4],
    ["the deadline", ({ order }) => order.deadline_ms % 16 === 3],
  ];
  for (const [what, draws] of holes)
    it(`finds draws that follow ${what}, and cheats beside them`, () => {
      const { offers, cheats, found, before } = play(draws);
      assert.ok(before >= 2 * AN_EPOCH, "nothing is known before the first epoch is revealed");
      assert.ok(cheats > 0.4 * offers, `${cheats} of ${offers}`);
      assert.ok(found / cheats < RATE / 5, `${found} of ${cheats}`);
    });

  it("knows no job of its own beforehand where draws follow from nothing that it sees", () => {
    let [cheats, found] = [0, 0];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const draw = new SeededRandom(seed).of("draws").unit;
      const outcome = play(() => draw() < RATE, seed);
      cheats += outcome.cheats;
      found += outcome.found;
    }
    assert.ok(cheats > 50, `only ${cheats} cheats`);
    notLessThan(RATE, found, cheats);
  });

  it("works as long as nothing is revealed, and where everything is sampled", () => {
    assert.equal(play(() => true).cheats, 0);
    const blind = new Predictor({
      newest: () => null,
      epochNow: () => 9,
      wasSampled: () => null,
      byOldKey: () => null,
    });
    const order = { job_id: "jb_0", lane: "work", kind: "kind-1", input: { x: "1" }, deadline_ms: 1000 };
    for (let now = 0; now < 20_000; now++)
      assert.equal(blind.choose({ order, now, age: now, serviceMs: 1, hotkey: "5M", validator: 0 }), "work");
  });
});
