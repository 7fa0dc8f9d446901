import assert from "node:assert/strict";
import { test } from "node:test";
import type { StandingState, Suspension } from "../../../src/flow/standing.ts";
import type { StandingChanges } from "../../../src/flow/standingChanges.ts";
import { type JudgeMemory, Mirror } from "../../../src/judge/mirror.ts";
import { Sightings } from "../../../src/judge/sightings.ts";
import { Strikes } from "../../../src/judge/strikes.ts";
import { Suspensions } from "../../../src/judge/suspensions.ts";

const suspension = (hotkey: string, untilBlock = 100, at = 1): Suspension => ({
  ...{ hotkey, kind: "strike", untilBlock, reason: "wrong", by: "judge", at },
});

/** The record that another process writes, and the memory of this one. */
function world() {
  const suspensions = new Suspensions();
  const memory: JudgeMemory = {
    suspensions,
    strikes: new Strikes(64),
    sightings: new Sightings({ limit: 100, rankOf: () => 2, isKept: () => false }, []),
  };
  const record = {
    changes: [] as string[],
    forgotten: false,
    state: { sightings: [], suspensions: [], strikes: [] } as StandingState,
    /** Runs while the state is being read. */
    meanwhile: () => {},
  };
  const read = async (): Promise<StandingState> => {
    const state = record.state;
    record.meanwhile();
    return state;
  };
  const mirror = new Mirror(
    { hotkeys: 100, strikes: 64 },
    {
      standingChanges: async (after): Promise<StandingChanges> => {
        const last = record.changes.length;
        if (after === null) return { last, hotkeys: [] };
        return { last, hotkeys: record.forgotten ? null : record.changes.slice(after) };
      },
      standingOf: read,
      standingState: read,
    },
  );
  return { memory, record, mirror };
}

test("a suspension of another process is taken over, and so is its release", async () => {
  const { memory, record, mirror } = world();
  await mirror.start();
  mirror.follows({ memory });
  record.changes.push("5Bob");
  record.state = {
    suspensions: [suspension("5Bob")],
    strikes: [{ hotkey: "5Bob", block: 90, counted: false }],
    sightings: [{ hotkey: "5Bob", firstSeen: 10, lastSeen: 90, delivered: true }],
  };
  await mirror.follow();
  assert.equal(memory.suspensions.longest("5Bob", 99)?.untilBlock, 100);
  assert.equal(memory.strikes.recent("5Bob", 95), 1);
  assert.equal(memory.sightings.get("5Bob")?.firstSeen, 10);
  record.changes.push("5Bob");
  record.state = { ...record.state, suspensions: [] };
  await mirror.follow();
  assert.equal(memory.suspensions.longest("5Bob", 99), null);
});

test("one that is known stays the same object, and is not shortened by an older reading", async () => {
  const { memory, record, mirror } = world();
  await mirror.start();
  mirror.follows({ memory });
  const own = suspension("5Bob");
  memory.suspensions.add(own);
  record.changes.push("5Bob");
  record.state = { ...record.state, suspensions: [suspension("5Bob")] };
  await mirror.follow();
  assert.equal(memory.suspensions.of("5Bob")[0], own);
  record.changes.push("5Bob");
  record.state = { ...record.state, suspensions: [] };
  // This process suspends while it reads: its own change is newer, and comes with the feed again.
  record.meanwhile = () => memory.suspensions.add(suspension("5Bob", 200, 2));
  await mirror.follow();
  assert.equal(memory.suspensions.longest("5Bob", 150)?.untilBlock, 200);
});

test("past what the feed keeps all standing is loaded anew, and what is gone is forgotten", async () => {
  const { memory, record, mirror } = world();
  await mirror.start();
  mirror.follows({ memory });
  memory.suspensions.add(suspension("5Gone"));
  record.forgotten = true;
  record.state = { ...record.state, suspensions: [suspension("5New")] };
  await mirror.follow();
  assert.deepEqual([...memory.suspensions.hotkeys()], ["5New"]);
});

test("a sighting keeps the first of first blocks and the last of last ones", async () => {
  const { memory, record, mirror } = world();
  await mirror.start();
  mirror.follows({ memory });
  memory.sightings.see("5Bob", 50, false);
  const learn = async (firstSeen: number, lastSeen: number): Promise<void> => {
    record.state = {
      ...record.state,
      sightings: [{ hotkey: "5Bob", firstSeen, lastSeen, delivered: false }],
    };
    await mirror.reload();
  };
  await learn(20, 40);
  assert.deepEqual(
    [memory.sightings.get("5Bob")?.firstSeen, memory.sightings.get("5Bob")?.lastSeen],
    [20, 50],
  );
  await learn(30, 90);
  assert.deepEqual(
    [memory.sightings.get("5Bob")?.firstSeen, memory.sightings.get("5Bob")?.lastSeen],
    [20, 90],
  );
});
