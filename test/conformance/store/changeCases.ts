import assert from "node:assert/strict";
import { test } from "node:test";
import type { StandingState, Suspension } from "../../../src/flow/standing.ts";
import { CHANGES_KEPT, STANDING_OF_MOST } from "../../../src/flow/standingChanges.ts";
import type { Store } from "../../../src/flow/store.ts";
import {
  admitted,
  commitment,
  decided,
  newSubmission,
  type OpenStore,
  struck,
  withStore,
} from "./fixtures.ts";
import { atMost, customerJob, opened, sampledEnd, struckEnd } from "./jobFixtures.ts";
import { eventually, joined } from "./nodeFixtures.ts";

const suspension = (
  hotkey: string,
  untilBlock = 500,
  kind: Suspension["kind"] = "unreachable",
): Suspension => ({
  ...{ hotkey, kind, untilBlock, reason: "why", by: "judge", at: 1 },
});
const released = (hotkey: string) => ({ action: "release", hotkey, reason: "appeal", at: 2 }) as const;
const bounds = { beforeEpoch: 0, keepSolvesSince: 0, keepJobsSince: 0 };

/** Reads on from a number. */
async function since(store: Store, after: number): Promise<{ hotkeys: readonly string[]; last: number }> {
  const { last, hotkeys } = await store.standingChanges(after, 1000);
  return { last, hotkeys: hotkeys ?? assert.fail("the reader is told to load all") };
}

/** How processes hear of each other. */
export function changeCases(open: OpenStore): void {
  test("strikes since a time are told without their evidence, the oldest first, of the hotkeys asked for", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (const hotkey of ["5One", "5Two", "5Three"]) {
        const row = newSubmission({ hotkey });
        await decided(store, row, struck(row));
      }
      const [first] = await store.strikes("5One");
      const [second] = await store.strikes("5Two");
      const marks = [first, second].map((strike) => ({
        ...{ strikeId: strike?.strikeId, hotkey: strike?.hotkey, block: strike?.block },
      }));
      const at = first?.at ?? assert.fail("a strike is on record");
      assert.deepEqual(await store.strikesSince(["5One", "5Two"], at), marks);
      assert.deepEqual(await store.strikesSince(["5One"], at + 1), []);
      assert.deepEqual(await store.strikesSince(["5None"], 0), []);
      assert.deepEqual(await store.strikesSince([], 0), []);
    }));

  test("strikes, suspensions and releases are noted; what changes no standing is not", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const begin = await store.standingChanges(null, 9);
      assert.deepEqual(begin.hotkeys, []);
      let { last } = begin;
      const noted = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
        await work();
        const next = await since(store, last);
        ({ last } = next);
        return next.hotkeys;
      };
      const row = newSubmission({ hotkey: "5Struck" });
      assert.deepEqual(await noted(() => decided(store, row, struck(row))), ["5Struck"]);
      const job = await opened(store, { hotkey: "5Job" });
      assert.deepEqual(await noted(() => store.endSamples([struckEnd(job, { hotkey: "5Job" })])), ["5Job"]);
      assert.deepEqual(await noted(() => store.suspend(suspension("5Away"))), ["5Away"]);
      assert.deepEqual(await noted(() => store.suspend(suspension("5Away", 499))), []);
      assert.deepEqual(await noted(() => store.suspend(suspension("5Away", 501))), ["5Away"]);
      assert.deepEqual(await noted(() => store.release("5Away", null)), ["5Away"]);
      assert.deepEqual(await noted(() => store.release("5Away", null)), []);
      assert.deepEqual(await noted(() => store.release("5Struck", released("5Struck"))), ["5Struck"]);
      assert.deepEqual(await noted(() => decided(store, newSubmission())), []);
      const other = await opened(store, { hotkey: "5Job" });
      assert.deepEqual(await noted(() => store.endSamples([sampledEnd(other, { hotkey: "5Job" })])), []);
    }));

  test("a reader goes on page by page, hears each hotkey of a page once, and starts again after a restart", () =>
    withStore(open, async (store, reopen) => {
      const { last: begin } = await store.standingChanges(null, 9);
      for (const hotkey of ["5A", "5B", "5A"]) await store.suspend(suspension(hotkey, 500 + begin));
      await store.suspend(suspension("5A", 900));
      await store.suspend(suspension("5C"));
      const page = await store.standingChanges(begin, 3);
      assert.deepEqual(page.hotkeys, ["5A", "5B"]);
      const again = await reopen();
      const rest = await since(again, page.last);
      assert.deepEqual(rest.hotkeys, ["5C"]);
      assert.deepEqual(await since(again, rest.last), { last: rest.last, hotkeys: [] });
      assert.equal((await again.standingChanges(null, 9)).last, rest.last);
    }));

  test("a reader that asks beside many writers misses none of them", () =>
    withStore(open, async (store) => {
      let { last } = await store.standingChanges(null, 9);
      const seen = new Set<string>();
      let done = false;
      const writing = Promise.all(
        Array.from({ length: 300 }, (_, n) => store.suspend(suspension(`5Miner${n}`))),
      ).then(() => {
        done = true;
      });
      for (let isOver = false; !isOver; ) {
        isOver = done;
        const next = await since(store, last);
        for (const hotkey of next.hotkeys) seen.add(hotkey);
        ({ last } = next);
      }
      await writing;
      assert.equal(seen.size, 300);
    }));

  test("a reader that is too far behind, or ahead, is told to load everything", () =>
    withStore(open, async (store) => {
      const { last: begin } = await store.standingChanges(null, 9);
      const more = CHANGES_KEPT.count + 2;
      for (let n = 0; n < more; n += 1000) {
        const some = Array.from({ length: Math.min(1000, more - n) }, (_, i) => suspension(`5M${n + i}`));
        await Promise.all(some.map((one) => store.suspend(one)));
      }
      assert.equal((await store.standingChanges(begin, 1)).hotkeys?.length, 1);
      assert.deepEqual(await store.applyRetention(bounds), { dropped: 2 });
      const { last } = await store.standingChanges(null, 9);
      for (const after of [begin, begin + 1, last + 1])
        assert.deepEqual(await store.standingChanges(after, 1), { last, hotkeys: null });
      assert.equal((await store.standingChanges(begin + 2, 1)).hotkeys?.length, 1);
      assert.deepEqual(await store.standingChanges(last, 1), { last, hotkeys: [] });
    }));

  test("the standing of some hotkeys is their part of the standing of all", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (const at of [1, 2, 3]) {
        const row = newSubmission({ hotkey: "5Struck" });
        await decided(store, row, struck(row, { at, block: at, suspendUntil: at === 2 ? 9000 : null }));
      }
      await decided(store, newSubmission({ hotkey: "5Good" }));
      await admitted(store, newSubmission({ hotkey: "5New" }));
      await store.suspend(suspension("5Struck", 9500, "operator"));
      await store.suspend(suspension("5Unseen"));
      const all = await store.standingState();
      const names = ["5Unseen", "5Struck", "5New", "5Nobody", "5Struck"];
      const part = <T extends { hotkey: string }>(rows: readonly T[]): T[] =>
        rows.filter(({ hotkey }) => names.includes(hotkey));
      const expected: StandingState = {
        sightings: part(all.sightings),
        suspensions: part(all.suspensions),
        strikes: part(all.strikes),
      };
      assert.deepEqual(await store.standingOf(names), expected);
      assert.equal(expected.strikes.length, 3);
      const newest = await store.standingOf(["5Struck"], 1);
      assert.deepEqual(newest.strikes, [{ hotkey: "5Struck", block: 3, counted: true }]);
      assert.deepEqual(await store.standingOf([]), { sightings: [], suspensions: [], strikes: [] });
      const many = Array.from({ length: STANDING_OF_MOST + 1 }, (_, n) => `5M${n}`);
      assert.equal((await store.standingOf(many.slice(1))).sightings.length, 0);
      await assert.rejects(store.standingOf(many), RangeError);
    }));

  test("who listens hears of what was committed, until it stops listening", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const node = await joined(store);
      const works = {
        pending: () => store.admit(newSubmission()),
        standing: () => store.suspend(suspension("5Away")),
        streams: () => store.takeStream("5Alice", node),
        jobs: () => store.addCustomerJob(customerJob(), atMost(9)),
      };
      for (const [topic, work] of Object.entries(works)) {
        const heard = { first: 0, second: 0 };
        const end = store.listen(topic as keyof typeof works, () => heard.first++);
        const endSecond = store.listen(topic as keyof typeof works, () => heard.second++);
        end();
        await work();
        await eventually(async () => heard.second > 0);
        assert.equal(heard.first, 0, topic);
        endSecond();
        endSecond();
      }
    }));
}
