import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Timeline } from "../../../sim/engine/timeline.ts";

// The wheel and its heap beside a list that is sorted anew for every step.

/** An event that schedules others, each after its own delay in ms. */
interface Plan {
  readonly after: number;
  readonly asks: readonly Plan[];
}

/** Near, at the edge of the wheel, far beyond it, and the same ms again. */
const after = fc.oneof(
  fc.nat(3),
  fc.nat(200),
  fc.integer({ min: 65_500, max: 65_600 }),
  fc.constantFrom(0, 65_535, 65_536, 65_537, 131_071, 131_072, 196_608),
  fc.nat(1_000_000),
);
const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.record({
    after,
    asks: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      fc.constant([]),
      fc.array(tie("plan"), { maxLength: 4 }),
    ),
  }),
}));
const plans = fc.array(plan, { minLength: 1, maxLength: 30 });
/** Moments up to which one after the other is run. */
const stops = fc
  .array(fc.nat(2_000_000), { maxLength: 4 })
  .map((list) => [...list, 1e9].toSorted((a, b) => a - b));

type Seen = [at: number, name: string];

function onTimeline(given: readonly Plan[], until: readonly number[]): Seen[] {
  const line = new Timeline(1000);
  const seen: Seen[] = [];
  const ask = ({ after: ms, asks }: Plan, name: string): void => {
    line.after(ms, () => {
      seen.push([line.now, name]);
      asks.forEach((child, i) => {
        ask(child, `${name}.${i}`);
      });
    });
  };
  given.forEach((one, i) => {
    ask(one, String(i));
  });
  for (const stop of until) {
    while (line.step(stop)) assert.ok(line.now <= stop);
    seen.push([line.now, "stop"]);
  }
  assert.equal(line.happened, seen.length - until.length);
  return seen;
}

function onList(given: readonly Plan[], until: readonly number[]): Seen[] {
  const due: {
    readonly at: number;
    readonly order: number;
    readonly name: string;
    readonly asks: readonly Plan[];
  }[] = [];
  const seen: Seen[] = [];
  let order = 0;
  const ask = (now: number, { after: ms, asks }: Plan, name: string): void => {
    due.push({ at: now + ms, order: order++, name, asks });
    due.sort((a, b) => a.at - b.at || a.order - b.order);
  };
  given.forEach((one, i) => {
    ask(0, one, String(i));
  });
  for (const stop of until) {
    for (let next = due[0]; next !== undefined && next.at <= stop; next = due[0]) {
      due.shift();
      const { at, name, asks } = next;
      seen.push([at, name]);
      asks.forEach((child, i) => {
        ask(at, child, `${name}.${i}`);
      });
    }
    seen.push([stop, "stop"]);
  }
  return seen;
}

test("everything happens in order of time, then in the order in which it was asked for", () => {
  fc.assert(
    fc.property(plans, stops, (given, until) =>
      assert.deepEqual(onTimeline(given, until), onList(given, until)),
    ),
    { numRuns: 300 },
  );
});
