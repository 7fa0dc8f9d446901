import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Signing } from "../../../support/epistula/signing.ts";
import { shapeOf } from "../../../support/validator/hidden/shape.ts";
import { miners, PullHiddenWorld, RIGHT, type Told, WRONG } from "../../../support/validator/hidden/world.ts";

// Sampled and unsampled answers to POST /v1/submissions, side by side: nothing that can be seen may differ.

/** The shapes and traces of the sampled ones, and of the others, each once. */
function seen(all: readonly Told[], sampled: boolean): { shapes: Set<string>; traces: Set<string> } {
  const some = all.filter((one) => one.sampled === sampled);
  assert.ok(
    some.length >= all.length / 4,
    `${some.length} of ${all.length} are ${sampled ? "" : "not "}sampled`,
  );
  return {
    shapes: new Set(some.map(shapeOf)),
    traces: new Set(some.map(({ trace }) => trace.join("\n"))),
  };
}

function assertSame(all: readonly Told[], status: number): void {
  const [sampled, unsampled] = [seen(all, true), seen(all, false)];
  assert.deepEqual(sampled.shapes, unsampled.shapes);
  assert.equal(sampled.shapes.size, 1, [...sampled.shapes].join("\n\n"));
  assert.deepEqual(sampled.traces, unsampled.traces);
  assert.equal(sampled.traces.size, 1, [...sampled.traces].join("\n\n"));
  assert.ok(all.every((one) => one.status === status));
}

const minerOf = (seq: number): Signing => miners[seq % miners.length] ?? assert.fail();

/** Hands in one answer a challenge, in order. */
async function each(
  world: PullHiddenWorld,
  count: number,
  answerTo: (seq: number) => string,
): Promise<readonly Told[]> {
  const all: Told[] = [];
  for (let seq = 0; seq < count; seq++) all.push(await world.submit(minerOf(seq), seq, answerTo(seq)));
  return all;
}

/** As long as the right one, so that nothing else tells them apart. */
const halfWrong = (seq: number): string => (seq % 2 === 0 ? RIGHT : WRONG);

for (const penalty of ["reject", "strike"] as const) {
  describe(`an answer in a lane with penalty ${penalty}`, () => {
    it("gets the same reply, by the same steps, sampled or not, right or wrong", async (t) => {
      const world = await PullHiddenWorld.open(t, penalty);
      const all = await each(world, 400, halfWrong);
      assertSame(all, 202);
      const [first] = all;
      assert.ok(first);
      const steps = first.trace.map((step) => step.replace(/ after \d+ looks$/, ""));
      const order = [
        "reserve true",
        "pool signature",
        "draw",
        "store admit",
        "store admitted",
        "handed over",
        "metric assay_gate_submit_held 0",
        "answered",
      ];
      const at = order.map((step) => steps.indexOf(step));
      assert.ok(!at.includes(-1), `${order[at.indexOf(-1)]} is in\n${steps.join("\n")}`);
      assert.deepEqual(
        at,
        at.toSorted((a, b) => a - b),
        steps.join("\n"),
      );
      assert.ok(!steps.includes("pool check") && !steps.includes("store decide"), "verified after the reply");
    });

    it("gets the same reply again once it was accepted", async (t) => {
      const world = await PullHiddenWorld.open(t, penalty);
      await each(world, 150, () => RIGHT);
      const again = await each(world, 150, () => RIGHT);
      assertSame(again, 200);
      assert.ok(again.every(({ body }) => body.includes('"state":"accepted"')));
    });
  });
}

describe("a second answer", () => {
  it("to a challenge that takes one is refused alike, sampled or not", async (t) => {
    const world = await PullHiddenWorld.open(t, "strike");
    await each(world, 150, () => RIGHT);
    assertSame(await each(world, 150, () => WRONG), 409);
  });
});
