import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AlertEvent, AlertRecord } from "../../../src/core/alert.ts";
import { type Look, step } from "../../../src/observe/alerts/lifecycle.ts";

const looks = fc.array(
  fc.constantFrom<Look>(null, "unknown", { text: "wrong", value: null, threshold: null }),
  { maxLength: 60 },
);

interface Run {
  readonly record: AlertRecord | null;
  readonly events: readonly AlertEvent[];
}

/** `restartAt`: the record goes through JSON there, as the store keeps it. */
function run(given: readonly Look[], evaluations: number, restartAt = -1): Run {
  let record: AlertRecord | null = null;
  const events: AlertEvent[] = [];
  given.forEach((look, i) => {
    if (i === restartAt) record = JSON.parse(JSON.stringify(record)) as AlertRecord | null;
    const next = step("restarts", record, look, { now: i, evaluations });
    record = next.record;
    if (next.event !== null) events.push(next.event);
  });
  return { record, events };
}

/** The rule in other words: the length of the run of equal looks that ends here, unknown ones left out. */
function expected(given: readonly Look[], evaluations: number): string[] {
  const events: string[] = [];
  let [firing, same, last] = [false, 0, false];
  given.forEach((look, i) => {
    if (look === "unknown") return;
    const isBad = look !== null;
    same = isBad === last ? same + 1 : 1;
    last = isBad;
    if (isBad !== firing && same >= evaluations) {
      firing = isBad;
      events.push(`${isBad ? "firing" : "resolved"} ${i}`);
    }
  });
  return events;
}

test("an alert fires and ends after N known looks of one kind in a row, and at no other time", () => {
  fc.assert(
    fc.property(looks, fc.integer({ min: 1, max: 5 }), (given, evaluations) => {
      const { events } = run(given, evaluations);
      assert.deepEqual(
        events.map(({ what, at }) => `${what} ${at}`),
        expected(given, evaluations),
      );
    }),
  );
});

test("firing and resolved take turns, and what is on record says the last of them", () => {
  fc.assert(
    fc.property(looks, fc.integer({ min: 1, max: 5 }), (given, evaluations) => {
      const { events, record } = run(given, evaluations);
      events.forEach(({ what }, i) => {
        assert.equal(what, i % 2 === 0 ? "firing" : "resolved");
      });
      const last = events.at(-1);
      assert.equal(record?.state === "firing", last?.what === "firing");
      if (last?.what === "resolved") assert.equal(record?.resolvedAt, last.at);
      assert.equal(record?.firedAt ?? null, events.findLast(({ what }) => what === "firing")?.at ?? null);
    }),
  );
});

test("a restart at any evaluation changes nothing", () => {
  fc.assert(
    fc.property(looks, fc.integer({ min: 1, max: 5 }), fc.nat(60), (given, evaluations, at) => {
      assert.deepEqual(run(given, evaluations, at), run(given, evaluations));
    }),
  );
});
