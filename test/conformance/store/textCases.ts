import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../../../src/core/canonical.ts";
import type { StrikeRecord } from "../../../src/flow/strike.ts";
import {
  commitment,
  decided,
  EPOCH,
  newSubmission,
  type OpenStore,
  signed,
  strike,
  unsigned,
  wholeLog,
  withStore,
} from "./fixtures.ts";
import { drawn, groupOf } from "./jobFixtures.ts";

/** What is published as it was written. */
export function textCases(open: OpenStore): void {
  test("a log is read as the canonical texts of its lines, some at a time, to the end", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const tricky = { receiptId: 'rc_"epoch":1,', challengeId: 'pm-"epoch":2,\\"epoch":3,' };
      await decided(store, newSubmission(tricky));
      await store.recordDraws(
        Array.from({ length: 500 }, () => groupOf([drawn({ sampled: false }), drawn({ sampled: false })])),
      );
      const again = await reopen();
      const all = (await wholeLog(again)).map((entry) => `${canonical(entry)}\n`);
      let read = "";
      let pages = 0;
      for (let page = await again.logText(EPOCH, -1); page !== null; pages++) {
        read += page.text;
        await again.setNote("between", `${pages}`);
        page = await again.logText(EPOCH, page.last);
      }
      assert.equal(read, all.join(""));
      assert.ok(pages > 1, `${pages} pages`);
      assert.equal(await again.logText(EPOCH, all.length - 1), null);
      assert.equal(await again.logText(EPOCH + 9, -1), null);
    }));

  test("strikes are read as one text", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      assert.equal(await store.strikesText("5Alice"), '{"hotkey":"5Alice","items":[]}');
      const row = newSubmission();
      const given = strike(row, { suspendUntil: 9000, at: 1.5 });
      await decided(store, row, { state: "rejected", code: "w", strike: given });
      const { strikeId, lane, block, at, evidence } = given;
      const item = { strike_id: strikeId, lane, block, at, counted: false, suspended_until: 9000, evidence };
      assert.deepEqual(JSON.parse(await store.strikesText("5Alice")), { hotkey: "5Alice", items: [item] });
    }));

  test("the ledger has the strikes of all hotkeys, the newest first, page by page, without exhibits", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      assert.deepEqual(await store.strikeLedger(null, 10), []);
      const given: StrikeRecord[] = [];
      for (const hotkey of ["5Alice", "5Bob", "5Alice", "5Carol"]) {
        const row = newSubmission({ hotkey });
        const record = strike(row, { suspendUntil: hotkey === "5Bob" ? 9000 : null, at: 7 });
        const exhibit = { kind: "k", input: { x: "1" }, answer: "a" };
        given.push({ ...record, evidence: { ...record.evidence, exhibit } });
        await decided(store, row, { state: "rejected", code: "w", strike: given.at(-1) ?? null });
      }
      const again = await reopen();
      const all = await again.strikeLedger(null, 10);
      assert.deepEqual(
        all.map(({ strikeId }) => strikeId),
        given.map(({ strikeId }) => strikeId).toReversed(),
      );
      assert.deepEqual(
        all.map(({ hotkey, counted, suspendUntil }) => [hotkey, counted, suspendUntil]),
        [
          ["5Carol", true, null],
          ["5Alice", true, null],
          ["5Bob", false, 9000],
          ["5Alice", true, null],
        ],
      );
      assert.ok(all.every(({ evidence }) => evidence.exhibit === undefined && evidence.work_id !== ""));
      const [first, second, ...rest] = all;
      assert.deepEqual(await again.strikeLedger(null, 1), [first]);
      assert.deepEqual(await again.strikeLedger(first?.number ?? 0, 1), [second]);
      assert.deepEqual(await again.strikeLedger(second?.number ?? 0, 10), rest);
      assert.deepEqual(await again.strikeLedger(rest.at(-1)?.number ?? 0, 10), []);
    }));

  test("a signed vector is read as its text, by period or the last; an unsigned one is not", () =>
    withStore(open, async (store) => {
      assert.equal(await store.vectorText(null), null);
      await store.saveVector(signed(7));
      await store.saveVector(signed(9));
      await store.recordIntent(unsigned(11));
      assert.equal(await store.vectorText(11), null);
      const { signature, ...rest } = signed(7);
      const text = `${canonical(rest).slice(0, -1)},"signature":${JSON.stringify(signature)}}`;
      assert.equal(await store.vectorText(7), text);
      assert.deepEqual(JSON.parse((await store.vectorText(null)) ?? ""), signed(9));
    }));
}
