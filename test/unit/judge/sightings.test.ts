import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Remembered } from "../../../src/flow/standing.ts";
import { type Rank, Sightings } from "../../../src/judge/sightings.ts";

const COLD = 1800;

/** A memory at a height that the test moves. `asked`: how often it was asked whether a hotkey is suspended. */
function memory(limit: number, known: readonly Remembered[] = []) {
  const state = { height: 10_000, suspended: new Set<string>(), asked: 0 };
  const rankOf = ({ delivered, firstSeen }: Remembered): Rank => {
    if (!delivered) return 0;
    return state.height - firstSeen < COLD ? 1 : 2;
  };
  const isKept = (hotkey: string): boolean => {
    state.asked++;
    return state.suspended.has(hotkey);
  };
  const sightings = new Sightings({ limit, rankOf, isKept }, known);
  const has = (hotkey: string): boolean => sightings.get(hotkey) !== undefined;
  /** New hotkeys, each seen once; returns what was forgotten. */
  const flood = (count: number, delivered: boolean, name = "new"): (string | null)[] =>
    Array.from({ length: count }, (_, i) => sightings.see(`${name}${i}`, state.height, delivered));
  return { sightings, state, has, flood };
}

describe("the memory of sightings", () => {
  it("holds exactly its limit, and one past it forgets one", () => {
    const { sightings, flood } = memory(16);
    assert.deepEqual(flood(16, false), Array(16).fill(null));
    assert.equal(sightings.size, 16);
    assert.equal(sightings.see("one more", 10_000, false), "new0");
    assert.equal(sightings.size, 16);
    assert.deepEqual(sightings.gone(), ["new0"]);
  });

  it("forgets what never delivered before what did, however long ago that was seen", () => {
    const { sightings, has, flood } = memory(16);
    sightings.see("honest", 1, true);
    flood(8192, false);
    assert.ok(has("honest"));
    assert.equal(sightings.get("honest")?.firstSeen, 1);
  });

  it("forgets nobody that earns for those that do not, and is then full for them", () => {
    const { sightings, state, has, flood } = memory(16);
    state.height = 1;
    flood(16, true, "honest");
    state.height += COLD;
    const forgotten = flood(8192, true);
    assert.equal(sightings.size, 16);
    for (let i = 0; i < 16; i++) assert.ok(has(`honest${i}`), `honest${i}`);
    assert.equal(forgotten.at(-1), "new8191", "the new one itself");
    state.height += COLD;
    assert.equal(
      sightings.see("late", 1, true),
      "honest0",
      "one that earns as well takes the place of the oldest",
    );
  });

  it("forgets those in their cold start least recently seen first, so one that works on stays", () => {
    const { sightings, has, flood } = memory(16);
    sightings.see("honest", 10_000, true);
    for (let i = 0; i < 100; i++) {
      flood(8, true, `wave${i}-`);
      sightings.see("honest", 10_000, true);
    }
    assert.ok(has("honest"));
  });

  it("does not count suspended hotkeys, and never forgets them: they push nobody out", () => {
    const { sightings, state, has, flood } = memory(16);
    flood(15, true, "honest");
    for (let i = 0; i < 8192; i++) {
      state.suspended.add(`cheat${i}`);
      sightings.see(`cheat${i}`, 10_000, true);
    }
    assert.equal(sightings.see("newcomer", 10_000, false), null);
    for (let i = 0; i < 15; i++) assert.ok(has(`honest${i}`));
    assert.ok(has("cheat0") && has("newcomer"));
    assert.equal(sightings.size, 16 + 8192);
    state.suspended.clear();
    sightings.review();
    assert.equal(sightings.size, 16);
  });

  it("looks at a constant number of hotkeys per new one, with thousands of suspended ones in the way", () => {
    const { state, flood } = memory(1024);
    for (let i = 0; i < 8192; i++) state.suspended.add(`cheat${i}`);
    flood(8192, true, "cheat");
    flood(1024, true, "honest");
    state.asked = 0;
    flood(4096, true);
    assert.ok(state.asked <= 2 * 4096 + 8192 + 1024, `${state.asked} looks`);
    const before = state.asked;
    flood(4096, true, "more");
    assert.ok(state.asked - before <= 2 * 4096, `${state.asked - before} looks`);
  });

  it("keeps the first sighting and the delivery of a hotkey that is seen again", () => {
    const { sightings } = memory(16);
    sightings.see("h", 5, true);
    sightings.see("h", 3, false);
    assert.deepEqual(sightings.get("h"), { hotkey: "h", firstSeen: 5, lastSeen: 5, delivered: true });
  });

  it("is cut to its limit at the start by the same rule", () => {
    const known = Array.from({ length: 40 }, (_, i) => {
      const delivered = i % 4 === 0;
      return { hotkey: `h${i}`, firstSeen: 1, lastSeen: i, delivered };
    });
    const { sightings, has } = memory(16, known);
    assert.equal(sightings.size, 16);
    for (let i = 0; i < 40; i += 4) assert.ok(has(`h${i}`));
    assert.ok(has("h39") && !has("h1"));
  });
});
