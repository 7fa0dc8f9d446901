import assert from "node:assert/strict";
import { test } from "node:test";
import type { Suspension } from "../../../src/flow/standing.ts";
import type { OperatorAction, Store } from "../../../src/flow/store.ts";
import {
  admitted,
  assertLog,
  commitment,
  decided,
  decision,
  newSubmission,
  type OpenStore,
  struck,
  withStore,
} from "./fixtures.ts";

function suspension(change: Partial<Suspension> = {}): Suspension {
  const base = { hotkey: "5Alice", kind: "operator", untilBlock: 1000, reason: "why", by: "operator", at: 5 };
  return { ...base, ...change } as Suspension;
}

const release = (hotkey: string): OperatorAction => ({ action: "release", hotkey, reason: "appeal", at: 7 });

const suspensions = async (store: Store) => (await store.standingState()).suspensions;

export function standingCases(open: OpenStore): void {
  test("an empty store has an empty standing", () =>
    withStore(open, async (store) => {
      assert.deepEqual(await store.standingState(), { sightings: [], suspensions: [], strikes: [] });
      assert.deepEqual(await store.miners(null, 10), []);
      assert.deepEqual(await store.operatorActions(10), []);
    }));

  test("a suspension is kept, lengthened by a later end, and never shortened", () =>
    withStore(open, async (store, reopen) => {
      const first = suspension();
      await store.suspend(first);
      assert.deepEqual(await suspensions(store), [first]);
      for (const untilBlock of [999, 1000]) {
        await store.suspend(suspension({ untilBlock, reason: "shorter" }));
        assert.deepEqual(await suspensions(store), [first]);
      }
      const longer = suspension({ untilBlock: 1001, reason: "longer", by: "other", at: 6.5 });
      await store.suspend(longer);
      assert.deepEqual(await suspensions(await reopen()), [longer]);
    }));

  test("kinds are kept apart, and so are hotkeys", () =>
    withStore(open, async (store) => {
      const all = [
        suspension({ kind: "operator" }),
        suspension({ kind: "strike", untilBlock: 5000, by: "judge" }),
        suspension({ kind: "unreachable", untilBlock: 10, by: "judge" }),
        suspension({ hotkey: "5Bob", kind: "unreachable" }),
      ];
      for (const one of all) await store.suspend(one);
      assert.deepEqual(await suspensions(store), all);
    }));

  test("an operator's release lifts every kind; without an operator only the unreachable go", () =>
    withStore(open, async (store, reopen) => {
      const kinds = ["operator", "strike", "unreachable"] as const;
      for (const hotkey of ["5Alice", "5Bob"]) {
        for (const kind of kinds) await store.suspend(suspension({ hotkey, kind }));
      }
      assert.equal(await store.release("5Alice", null), 1);
      assert.equal(await store.release("5Alice", null), 0);
      assert.deepEqual(
        (await suspensions(store)).filter(({ hotkey }) => hotkey === "5Alice").map(({ kind }) => kind),
        ["operator", "strike"],
      );
      assert.equal(await store.release("5Alice", release("5Alice")), 2);
      assert.equal(await store.release("5Alice", release("5Alice")), 0);
      const again = await reopen();
      assert.deepEqual(
        (await suspensions(again)).map(({ hotkey, kind }) => [hotkey, kind]),
        [
          ["5Bob", "operator"],
          ["5Bob", "strike"],
          ["5Bob", "unreachable"],
        ],
      );
    }));

  test("what an operator did is on record, newest first; what judge did is not", () =>
    withStore(open, async (store, reopen) => {
      await store.suspend(suspension({ at: 1.5 }));
      await store.suspend(suspension({ untilBlock: 1, reason: "changes nothing", at: 2 }));
      await store.suspend(suspension({ kind: "unreachable", by: "judge" }));
      await store.release("5Alice", null);
      await store.release("5Alice", release("5Alice"));
      await store.release("5Bob", release("5Bob"));
      const actions = [
        release("5Alice"),
        { action: "suspend", hotkey: "5Alice", reason: "changes nothing", at: 2 },
        { action: "suspend", hotkey: "5Alice", reason: "why", at: 1.5 },
      ];
      const again = await reopen();
      assert.deepEqual(await again.operatorActions(10), actions);
      assert.deepEqual(await again.operatorActions(1), actions.slice(0, 1));
    }));

  test("suspensions that ended at or before the block are dropped", () =>
    withStore(open, async (store) => {
      for (const untilBlock of [99, 100, 101]) {
        await store.suspend(suspension({ hotkey: `5Until${untilBlock}`, untilBlock }));
      }
      await store.dropEndedSuspensions(100);
      assert.deepEqual(
        (await suspensions(store)).map(({ untilBlock }) => untilBlock),
        [101],
      );
    }));

  test("dropped miners are forgotten with their strikes, never their suspension or what they submitted", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const caught = newSubmission();
      await decided(store, caught, struck(caught));
      const waiting = newSubmission();
      await admitted(store, waiting);
      await admitted(store, newSubmission({ hotkey: "5Bob" }));
      await store.dropMiners(["5Alice", "5Nobody"]);
      await store.dropMiners([]);
      assert.equal(await store.miner("5Alice"), null);
      assert.deepEqual(await store.strikes("5Alice"), []);
      const state = await store.standingState();
      assert.deepEqual(
        state.sightings.map(({ hotkey }) => hotkey),
        ["5Bob"],
      );
      assert.deepEqual(
        state.suspensions.map(({ hotkey }) => hotkey),
        ["5Alice"],
      );
      assert.deepEqual(state.strikes, []);
      assert.equal((await store.decide(decision(waiting.receiptId)))?.state, "accepted");
      await admitted(store, newSubmission({ block: 700 }));
      assert.equal((await store.miner("5Alice"))?.firstSeen, 700);
      await assertLog(store);
    }));

  test("miners are listed by hotkey, after the one given", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (const hotkey of ["5C", "5A", "5B"]) await admitted(store, newSubmission({ hotkey }));
      const list = async (after: string | null, limit: number) =>
        (await store.miners(after, limit)).map(({ hotkey }) => hotkey);
      assert.deepEqual(await list(null, 10), ["5A", "5B", "5C"]);
      assert.deepEqual(await list(null, 2), ["5A", "5B"]);
      assert.deepEqual(await list("5A", 10), ["5B", "5C"]);
      assert.deepEqual(await list("5C", 10), []);
      assert.deepEqual(await store.miners(null, 1), [await store.miner("5A")]);
      await decided(store, newSubmission({ hotkey: "5B" }));
      const seen = { firstSeen: 100, lastSeen: 100 };
      assert.deepEqual((await store.standingState()).sightings.slice(0, 2), [
        { hotkey: "5A", ...seen, delivered: false },
        { hotkey: "5B", ...seen, delivered: true },
      ]);
    }));
}
