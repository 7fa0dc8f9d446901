import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type LiveInputs, liveEconomics } from "../../../src/economics/live.ts";
import type { Listed } from "../../../src/economics/stakes.ts";
import { answersPerTempo } from "../../../src/economics/volume.ts";
import { sameDigits } from "../../support/figures.ts";

const validators: Listed[] = [44.4, 35.7, 7.09, 6.24, 4.49, 2.08].map((stake, uid) => ({
  ...{ uid, hotkey: `v${uid}`, stake, permit: true },
}));
const miners: Listed[] = [3e-4, 1e-3, 0].map((emission, i) => ({
  ...{ uid: 100 + i, hotkey: `m${i}`, stake: 1000, permit: false, emission },
}));

const inputs: LiveInputs = {
  neurons: [...miners, ...validators],
  validator: "v1",
  lanes: [{ lane: "groth16", rate: 0.04, penalty: "strike" }],
  ...{ strikes: 1, suspensionTempos: 20, tempoBlocks: 360, blockSeconds: 12, jobsPerTempo: 7000 },
};

function economicsOf(change: Partial<LiveInputs> = {}) {
  return liveEconomics({ ...inputs, ...change }) ?? assert.fail("no stakes");
}

describe("economics on live numbers", () => {
  it("are those of the validators with a permit, whatever the miners hold", () => {
    const { stake, hhi, effective_n, ours, validators_total, missing } = economicsOf();
    sameDigits(stake, 100);
    sameDigits(hhi, 0.336);
    sameDigits(effective_n, 2.977);
    assert.deepEqual([ours?.rank, ours?.uid, validators_total], [2, 1, 6]);
    sameDigits(ours?.share ?? 0, 0.357);
    assert.deepEqual(missing, []);
  });

  it("give the verdict of the plan in days of income: penalty over gain as the plan has it", () => {
    const [verdict = assert.fail()] = economicsOf().verdicts;
    // 0.04 x 0.357 x 1 day.
    sameDigits(verdict.break_even_gain ?? 0, 0.01428);
    const cell = (gain: number, margin: number) =>
      verdict.cells.find((one) => Math.abs(one.gain - gain) < 1e-12 && one.margin === margin);
    sameDigits(cell(0.005, 1)?.ratio ?? 0, 2.856);
    sameDigits(cell(0.05, 0.1)?.ratio ?? 0, 0.02856);
    assert.equal(verdict.verdict, "depends");
    sameDigits(economicsOf().income_per_day ?? 0, (20 * (3e-4 + 1e-3)) / 2);
  });

  it("take all income of a cheat above one half of the stake, and its share at one half", () => {
    const two = (stake: number): Listed[] => [
      { uid: 0, hotkey: "v1", stake, permit: true },
      { uid: 1, hotkey: "v2", stake: 50, permit: true },
    ];
    const turn = (stake: number) => economicsOf({ neurons: two(stake) }).verdicts[0]?.break_even_gain ?? 0;
    sameDigits(turn(50), 0.02);
    sameDigits(turn(51), 0.04);
  });

  it("say that a cheat gains nothing where every answer is verified, and pays where a rejected one costs nothing", () => {
    const rejecting = (rate: number) =>
      economicsOf({ lanes: [{ lane: "sat", rate, penalty: "reject" }] }).verdicts[0];
    assert.deepEqual([rejecting(1)?.verdict, rejecting(1)?.break_even_gain], ["loses", null]);
    assert.deepEqual([rejecting(0.5)?.verdict, rejecting(0.5)?.break_even_gain], ["pays", 0]);
  });

  it("list the 64 largest validators, and count all", () => {
    const many = Array.from({ length: 65 }, (_, uid) => ({
      ...{ uid, hotkey: `v${uid}`, stake: 1 + uid, permit: true },
    }));
    const { validators: listed, validators_total, ours } = economicsOf({ neurons: many, validator: "v0" });
    assert.deepEqual([listed.length, validators_total, listed[0]?.uid, ours?.rank], [64, 65, 64, 65]);
  });

  it("are null without stakes, and say what is not known", () => {
    assert.equal(liveEconomics({ ...inputs, neurons: null }), null);
    assert.equal(liveEconomics({ ...inputs, neurons: miners.map((row) => ({ ...row, stake: 0 })) }), null);
    assert.equal(liveEconomics({ ...inputs, neurons: miners }), null, "a stake without a permit");
    const bare = economicsOf({
      neurons: [{ uid: 0, hotkey: "v9", stake: 1 }],
      jobsPerTempo: null,
    });
    assert.deepEqual(
      [bare.ours, bare.verdicts, bare.income_per_day, bare.missing.length],
      [null, [], null, 4],
    );
    const unknown = economicsOf({ jobsPerTempo: null });
    assert.equal(
      unknown.verdicts[0]?.cells.some(({ reading }) => reading.includes("job")),
      false,
    );
  });
});

describe("the volume of a typical miner", () => {
  const seen = (firstSeen: number, lastSeen: number, accepted: number) => ({ firstSeen, lastSeen, accepted });

  it("is the median of accepted answers per tempo, over those seen within the last tempo", () => {
    const three = [seen(0, 3600, 100), seen(0, 3600, 400), seen(0, 3600, 1000)];
    assert.equal(answersPerTempo(three, 3600, 360), 40);
    assert.equal(answersPerTempo(three.slice(0, 2), 3600, 360), 25);
    assert.equal(answersPerTempo(three, 3959, 360), 40);
    assert.equal(answersPerTempo(three, 3960, 360), null, "a whole tempo ago");
  });

  it("counts a newcomer as seen for a tempo, and nobody who delivered nothing", () => {
    assert.equal(answersPerTempo([seen(3590, 3600, 7), seen(0, 3600, 0)], 3600, 360), 7);
    assert.equal(answersPerTempo([seen(0, 3600, 0)], 3600, 360), null);
    assert.equal(answersPerTempo([], 3600, 360), null);
  });
});
