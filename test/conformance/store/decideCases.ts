import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../../src/flow/store.ts";
import {
  admitted,
  assertLog,
  commitment,
  decided,
  decision,
  newSubmission,
  type OpenStore,
  strike,
  struck,
  withStore,
} from "./fixtures.ts";

const T = 1_700_000_001_000;
const unverified = { verified: false } as const;

async function earned(store: Store, hotkey = "5Alice"): Promise<number> {
  const credits = await store.credits(0);
  return credits.filter((credit) => credit.hotkey === hotkey).reduce((sum, { weight }) => sum + weight, 0);
}

export function decideCases(open: OpenStore): void {
  test("each end is stored, returned, counted and logged", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const ends = [
        { state: "accepted", code: null, verified: true },
        { state: "rejected", code: "solution_unsatisfied", verified: true },
        { state: "void", code: "check_crashed", verified: false },
      ] as const;
      for (const end of ends) {
        const row = newSubmission();
        const { answer: _answer, draw: _draw, ...before } = await admitted(store, row);
        const after = { ...before, state: end.state, code: end.code, decidedAt: 5 };
        assert.deepEqual(await store.decide(decision(row.receiptId, { ...end, at: 5 })), after);
        assert.deepEqual(await store.submission(row.receiptId), after);
        const {
          n: _n,
          prev: _prev,
          hash: _hash,
          ...entry
        } = (await assertLog(store)).at(-1) ?? assert.fail();
        const { epoch, lane, hotkey, challengeId: work_id, receiptId: receipt_id } = row;
        assert.deepEqual(entry, { type: "verdict", epoch, lane, hotkey, work_id, receipt_id, ...end });
      }
      const again = await reopen();
      const counts = { submitted: 3, accepted: 1, rejected: 1, void: 1 };
      assert.deepEqual((await again.miner("5Alice"))?.counts, counts);
      assert.deepEqual(await again.pending(9, new Set()), []);
      assert.equal((await assertLog(again)).length, 6);
    }));

  test("what is not pending is not decided, and nothing changes", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const row = newSubmission();
      const first = await decided(store, row);
      const again = await store.decide(decision(row.receiptId, struck(row)));
      assert.equal(again, null);
      assert.equal(await store.decide(decision("rc_unknown")), null);
      assert.deepEqual(await store.submission(row.receiptId), first);
      assert.deepEqual(await store.strikes("5Alice"), []);
      assert.deepEqual((await store.standingState()).suspensions, []);
      assert.equal((await assertLog(store)).length, 2);
      assert.equal((await store.miner("5Alice"))?.counts.rejected, 0);
    }));

  test("a challenge pays once: of two valid answers the second ends void as already_solved", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const first = newSubmission({ weight: 2 });
      const second = newSubmission({ challengeId: first.challengeId, text: "other", weight: 2 });
      await admitted(store, first);
      await admitted(store, second);
      const ends = await Promise.all([
        store.decide(decision(first.receiptId)),
        store.decide(decision(second.receiptId)),
      ]);
      assert.deepEqual(ends.map((end) => [end?.state, end?.code]).sort(), [
        ["accepted", null],
        ["void", "already_solved"],
      ]);
      assert.equal(await earned(store), 2);
      const { accepted, void: voided } = (await store.miner("5Alice"))?.counts ?? assert.fail();
      assert.deepEqual([accepted, voided], [1, 1]);
      const verdicts = (await assertLog(store)).filter((line) => line.type === "verdict");
      assert.deepEqual(verdicts.map(({ state }) => state).sort(), ["accepted", "void"]);
    }));

  test("only what was accepted is credited, by lane and hotkey, strictly after the moment", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      await decided(store, newSubmission({ receivedAt: T, weight: 1 }));
      await decided(store, newSubmission({ receivedAt: T + 1, weight: 2 }));
      await decided(store, newSubmission({ receivedAt: T + 2, weight: 4 }), unverified);
      await decided(store, newSubmission({ receivedAt: T + 2, weight: 8, lane: "groth16" }));
      await decided(store, newSubmission({ receivedAt: T + 2, weight: 16, hotkey: "5Bob" }));
      await decided(store, newSubmission({ receivedAt: T + 2, weight: 32 }), {
        state: "rejected",
        code: "w",
      });
      await decided(store, newSubmission({ receivedAt: T + 2, weight: 64 }), { state: "void", code: "w" });
      await admitted(store, newSubmission({ receivedAt: T + 2, weight: 128 }));
      const bobAndProofs = [
        { lane: "groth16", hotkey: "5Alice", weight: 8 },
        { lane: "sat", hotkey: "5Bob", weight: 16 },
      ];
      const of = async (since: number) => (await store.credits(since)).sort((a, b) => a.weight - b.weight);
      assert.deepEqual(await of(T - 1), [{ lane: "sat", hotkey: "5Alice", weight: 7 }, ...bobAndProofs]);
      assert.deepEqual(await of(T), [{ lane: "sat", hotkey: "5Alice", weight: 6 }, ...bobAndProofs]);
      assert.deepEqual(await of(T + 1), [{ lane: "sat", hotkey: "5Alice", weight: 4 }, ...bobAndProofs]);
      assert.deepEqual(await of(T + 2), []);
    }));

  test("a strike is stored with its evidence, suspends, and is counted no more", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const warned = newSubmission();
      const warning = strike(warned, { suspendUntil: null, at: 1.5 });
      await decided(store, warned, { state: "rejected", code: "w", strike: warning });
      assert.deepEqual(await store.strikes("5Alice"), [{ ...warning, counted: true }]);
      assert.deepEqual((await store.standingState()).suspensions, []);
      const caught = newSubmission();
      const last = strike(caught, { block: 130, at: 9 });
      await decided(store, caught, { state: "rejected", code: "w", strike: last });
      const again = await reopen();
      assert.deepEqual(await again.strikes("5Alice"), [
        { ...warning, counted: false },
        { ...last, counted: false },
      ]);
      const { suspensions, strikes } = await again.standingState();
      const suspension = { hotkey: "5Alice", kind: "strike", untilBlock: 7320, by: "judge", at: 9 };
      assert.deepEqual(suspensions, [{ ...suspension, reason: "solution_unsatisfied" }]);
      assert.deepEqual(strikes, [
        { hotkey: "5Alice", block: 120, counted: false },
        { hotkey: "5Alice", block: 130, counted: false },
      ]);
      assert.deepEqual(await again.strikes("5Bob"), []);
    }));

  test("a suspension for a strike leaves the strikes of others counted and is never shortened", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const other = newSubmission({ hotkey: "5Bob" });
      await decided(store, other, struck(other, { suspendUntil: null }));
      for (const suspendUntil of [9000, 8000]) {
        const row = newSubmission();
        await decided(store, row, struck(row, { suspendUntil }));
      }
      const { suspensions, strikes } = await store.standingState();
      assert.deepEqual(
        suspensions.map(({ hotkey, untilBlock }) => [hotkey, untilBlock]),
        [["5Alice", 9000]],
      );
      assert.deepEqual(
        strikes.map(({ hotkey, counted }) => [hotkey, counted]),
        [
          ["5Alice", false],
          ["5Alice", false],
          ["5Bob", true],
        ],
      );
    }));

  for (const suspendUntil of [7320, null]) {
    test(`a strike (suspends: ${suspendUntil !== null}) forfeits the hotkey's unverified credit, nothing else`, () =>
      withStore(open, async (store) => {
        await store.commitEpoch(commitment());
        await decided(store, newSubmission({ weight: 1 }));
        const lost = newSubmission({ weight: 2 });
        await decided(store, lost, unverified);
        await decided(store, newSubmission({ weight: 4, lane: "groth16" }), unverified);
        await decided(store, newSubmission({ weight: 8, hotkey: "5Bob" }), unverified);
        assert.equal(await earned(store), 7);
        const caught = newSubmission();
        await decided(store, caught, struck(caught, { suspendUntil }));
        assert.deepEqual([await earned(store), await earned(store, "5Bob")], [1, 8]);
        const again = newSubmission({ challengeId: lost.challengeId, text: "paid twice?" });
        assert.deepEqual(await store.admit(again), { kind: "refused", code: "already_solved" });
      }));
  }

  test("what waited unsampled when its hotkey was struck ends void as suspended; a check still pays", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const at = T + 100;
      const times = { before: at - 1, same: at, after: at + 1 };
      const rows = {
        before: newSubmission({ receivedAt: times.before }),
        checked: newSubmission({ receivedAt: times.before, weight: 2 }),
        failed: newSubmission({ receivedAt: times.before }),
        same: newSubmission({ receivedAt: times.same }),
        bob: newSubmission({ receivedAt: times.before, hotkey: "5Bob" }),
      };
      for (const row of Object.values(rows)) await admitted(store, row);
      const caught = newSubmission({ receivedAt: times.before });
      await decided(store, caught, struck(caught, { at }));
      const later = {
        same: newSubmission({ receivedAt: times.same, weight: 4 }),
        after: newSubmission({ receivedAt: times.after, weight: 8 }),
      };
      for (const row of Object.values(later)) await admitted(store, row);
      const end = async ({ receiptId }: { receiptId: string }, change = {}) => {
        const row = await store.decide(decision(receiptId, { ...unverified, ...change }));
        return [row?.state, row?.code];
      };
      assert.deepEqual(await end(rows.before), ["void", "suspended"]);
      assert.deepEqual(await end(rows.same), ["void", "suspended"]);
      assert.deepEqual(await end(rows.checked, { verified: true }), ["accepted", null]);
      assert.deepEqual(await end(rows.failed, { state: "void", code: "worker_lost" }), [
        "void",
        "worker_lost",
      ]);
      assert.deepEqual(await end(rows.bob), ["accepted", null]);
      // In the same millisecond the order of recording decides; what came later was not there to be struck.
      assert.deepEqual(await end(later.same), ["accepted", null]);
      assert.deepEqual(await end(later.after), ["accepted", null]);
      assert.equal(await earned(store), 14);
      assert.equal((await store.miner("5Alice"))?.counts.void, 3);
      const verdict = (await assertLog(store)).find(
        (line) => line.type === "verdict" && line.receipt_id === rows.before.receiptId,
      );
      assert.ok(verdict?.type === "verdict");
      assert.deepEqual([verdict.state, verdict.code, verdict.verified], ["void", "suspended", false]);
    }));
}
