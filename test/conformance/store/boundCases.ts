import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { canonical } from "../../../src/core/canonical.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { RetentionBounds, Store } from "../../../src/flow/store.ts";
import type { Exhibit, StoredStrike } from "../../../src/flow/strike.ts";
import {
  admitted,
  commitment,
  decided,
  decision,
  EPOCH,
  newSubmission,
  type OpenStore,
  struck,
  withStore,
} from "./fixtures.ts";
import { jobStrike, opened, struckEnd } from "./jobFixtures.ts";

const DAY = 86_400_000;
const noBounds: RetentionBounds = { beforeEpoch: 0, keepSolvesSince: 0, keepJobsSince: 0 };

/** An exhibit that cannot be compressed below the number of bytes. */
const exhibit = (bytes: number): Exhibit => ({
  ...{ kind: "square", input: { y: "9" } },
  answer: randomBytes(bytes).toString("hex"),
});

async function caught(store: Store, shown: Exhibit, at: number, hotkey = "5Alice"): Promise<StoredStrike> {
  const jobId = await opened(store, { hotkey });
  const { evidence } = jobStrike(jobId, { hotkey });
  await store.endSamples([struckEnd(jobId, { hotkey }, { at, evidence: { ...evidence, exhibit: shown } })]);
  const strikes = await store.strikes(hotkey);
  return strikes.at(-1) ?? assert.fail();
}

const dropped = (shown: Exhibit, why: "budget" | "expired") => ({
  ...{ why, bytes: Buffer.byteLength(canonical(shown)), sha256: sha256Hex(canonical(shown)) },
});

/** That a start's part of a store and what is kept of each hotkey are bounded. */
export function boundCases(open: OpenStore): void {
  test("exhibits have a budget per hotkey and day; past it the strike keeps their hash and says so", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const shown = Array.from({ length: 4 }, () => exhibit(7000));
      const at = 20_000 * DAY;
      for (const one of shown) await caught(store, one, at);
      const first = shown[0] ?? assert.fail();
      const other = await caught(store, first, at, "5Bob");
      assert.deepEqual(other.evidence.exhibit, first);
      const next = await caught(store, first, at + DAY);
      assert.deepEqual(next.evidence.exhibit, first);
      const kept = (await (await reopen()).strikes("5Alice")).slice(0, -1);
      kept.forEach(({ evidence }, index) => {
        const one = shown[index] ?? assert.fail();
        if (index < 2) assert.deepEqual([evidence.exhibit, evidence.exhibit_dropped], [one, undefined]);
        else
          assert.deepEqual([evidence.exhibit, evidence.exhibit_dropped], [undefined, dropped(one, "budget")]);
        assert.equal(evidence.answer_sha256.length, 64);
      });
    }));

  test("an exhibit that is longer than a hotkey's budget allows is not compressed, and not kept", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (const [length, kept] of [
        [32_000, true],
        [33_000, false],
      ] as const) {
        const shown = { kind: "square", input: {}, answer: "7".repeat(length) };
        const { evidence } = await caught(store, shown, DAY);
        assert.deepEqual(evidence.exhibit, kept ? shown : undefined);
        assert.deepEqual(evidence.exhibit_dropped, kept ? undefined : dropped(shown, "budget"));
      }
    }));

  test("the exhibits of a day have a budget together", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const shown = exhibit(15_000);
      const kept: boolean[] = [];
      for (let hotkey = 0; hotkey < 300; hotkey++) {
        const { evidence } = await caught(store, shown, DAY, `5Hotkey${hotkey}`);
        kept.push(evidence.exhibit !== undefined);
      }
      const count = kept.filter(Boolean).length;
      assert.ok(count > 200 && count < 300, `${count}`);
      assert.deepEqual(kept, kept.toSorted().reverse());
    }));

  test("exhibits expire by the day, and their strikes say so", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const shown = exhibit(100);
      await caught(store, shown, 5 * DAY - 1);
      await caught(store, shown, 5 * DAY);
      assert.deepEqual(await store.applyRetention({ ...noBounds, keepExhibitsSince: 5 * DAY - 1 }), {
        dropped: 0,
      });
      // The exhibit, and two rows of its day's budget.
      assert.deepEqual(await store.applyRetention({ ...noBounds, keepExhibitsSince: 5 * DAY }), {
        dropped: 3,
      });
      const [old, fresh] = await store.strikes("5Alice");
      assert.deepEqual(old?.evidence.exhibit_dropped, dropped(shown, "expired"));
      assert.deepEqual(fresh?.evidence.exhibit, shown);
    }));

  test("of many strikes the newest 200 are served, oldest first", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (let at = 1; at <= 201; at++) {
        const row = newSubmission();
        await decided(store, row, struck(row, { at, block: at, suspendUntil: null }));
      }
      const served = (await store.strikes("5Alice")).map(({ at }) => at);
      assert.deepEqual(
        served,
        Array.from({ length: 200 }, (_, index) => index + 2),
      );
    }));

  test("standing is loaded within bounds: who was accepted, then who was seen last, and always the suspended", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      await decided(store, newSubmission({ hotkey: "5Earner", block: 1 }));
      for (const [hotkey, block] of [
        ["5Old", 2],
        ["5New", 4],
        ["5Mid", 3],
      ] as const)
        await admitted(store, newSubmission({ hotkey, block }));
      for (const at of [1, 2, 3]) {
        const row = newSubmission({ hotkey: "5Cheat", block: 0 });
        await decided(store, row, struck(row, { at, block: at, suspendUntil: at === 3 ? 9000 : null }));
      }
      const load = async (hotkeys: number, strikes: number) => {
        const state = await store.standingState({ hotkeys, strikes });
        const names = state.sightings.map(({ hotkey }) => hotkey.slice(1)).join(" ");
        return [names, state.suspensions.length, state.strikes.map(({ block }) => block)];
      };
      assert.deepEqual(await load(1, 64), ["Cheat Earner", 1, [3]]);
      assert.deepEqual(await load(3, 2), ["Cheat Earner Mid New", 1, [3]]);
      assert.deepEqual(await load(9, 2), ["Cheat Earner Mid New Old", 1, [2, 3]]);
      assert.deepEqual(await load(9, 0), ["Cheat Earner Mid New Old", 1, []]);
    }));

  test("a strike of a hotkey that was dropped since its answer is loaded, and can be dropped", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const row = newSubmission();
      await admitted(store, row);
      await store.dropMiners(["5Alice"]);
      await store.decide(decision(row.receiptId, struck(row, { block: 120, suspendUntil: null })));
      const { sightings, strikes } = await store.standingState();
      assert.deepEqual(sightings, [{ hotkey: "5Alice", firstSeen: 120, lastSeen: 120, delivered: false }]);
      assert.equal(strikes.length, 1);
      await store.applyRetention({ ...noBounds, keepSeenSince: 121 });
      assert.deepEqual(await store.strikes("5Alice"), []);
    }));

  test("who was not seen since the block is dropped with strikes and exhibits, unless suspended", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (const [hotkey, block] of [
        ["5Old", 9],
        ["5Edge", 10],
      ] as const)
        await admitted(store, newSubmission({ hotkey, block }));
      for (const [hotkey, suspendUntil] of [
        ["5Held", 9000],
        ["5Free", null],
      ] as const) {
        const row = newSubmission({ hotkey, block: 1 });
        await decided(store, row, struck(row, { suspendUntil }));
      }
      assert.deepEqual(await store.applyRetention(noBounds), { dropped: 0 });
      assert.deepEqual(await store.applyRetention({ ...noBounds, keepSeenSince: 10 }), { dropped: 2 });
      assert.deepEqual(
        (await store.miners(null, 10)).map(({ hotkey }) => hotkey),
        ["5Edge", "5Held"],
      );
      assert.deepEqual(await store.strikes("5Free"), []);
      assert.equal((await store.strikes("5Held")).length, 1);
    }));

  test("whatever the end of a submission, its answer's hash stays and a repeated answer gets the same receipt", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const ends = [
        { state: "accepted", code: null },
        { state: "rejected", code: "solution_unsatisfied" },
        { state: "void", code: "check_crashed" },
      ] as const;
      const rows = ends.map(({ state }) => newSubmission({ text: `${state}`.repeat(1000), epoch: EPOCH }));
      for (const [index, end] of ends.entries()) await decided(store, rows[index] ?? assert.fail(), end);
      const again = await reopen();
      for (const [index, { state }] of ends.entries()) {
        const row = rows[index] ?? assert.fail();
        const known = await again.submission(row.receiptId);
        assert.deepEqual([known?.state, known?.answerSha256], [state, row.answerSha256]);
        const replay = await again.admit({ ...row, receiptId: "rc_another" });
        assert.deepEqual(replay, { kind: "replay", submission: known });
      }
    }));
}
