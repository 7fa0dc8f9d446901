import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionRecord } from "../../../src/flow/sessionRecords.ts";
import { type OpenStore, withStore } from "./fixtures.ts";

const bounds = { beforeEpoch: 0, keepSolvesSince: 0, keepJobsSince: 0 };
const key = (letter: string): string => letter.repeat(64);
const id = (letter: string): string => `sn_${letter.repeat(32)}`;

function session(change: Partial<SessionRecord> = {}): SessionRecord {
  const base = { sessionId: id("a"), hotkey: "5Alice", publicKey: key("1"), binds: false };
  return { ...base, openedAt: 1000, expiresAt: 2000, ...change };
}

/** Sessions that outlive a process. */
export function sessionCases(open: OpenStore): void {
  test("a session is found by its hotkey, over a restart too", () =>
    withStore(open, async (store, reopen) => {
      const [own, other] = [session(), session({ hotkey: "5Bob", sessionId: id("b"), binds: true })];
      assert.deepEqual(await store.saveSession(own), own);
      assert.deepEqual(await store.saveSession(other), other);
      const again = await reopen();
      assert.deepEqual(await again.session("5Alice"), own);
      assert.deepEqual(await again.session("5Bob"), other);
      assert.equal(await again.session("5Carol"), null);
    }));

  test("the same key that binds the same keeps its id and gets more time; any other replaces the session", () =>
    withStore(open, async (store) => {
      await store.saveSession(session());
      const longer = { ...session(), expiresAt: 3000 };
      const asked = { sessionId: id("c"), openedAt: 1999 };
      assert.deepEqual(await store.saveSession(session({ ...asked, expiresAt: 3000 })), longer);
      assert.deepEqual(await store.saveSession(session({ ...asked, expiresAt: 2500 })), longer);
      assert.deepEqual(await store.session("5Alice"), longer);
      for (const change of [{ binds: true }, { publicKey: key("2") }]) {
        const next = session({ ...asked, ...change });
        assert.deepEqual(await store.saveSession(next), next);
        assert.deepEqual(await store.session("5Alice"), next);
      }
    }));

  test("the same key after the session expired is a new session", () =>
    withStore(open, async (store) => {
      await store.saveSession(session());
      const late = session({ sessionId: id("c"), openedAt: 2000, expiresAt: 4000 });
      assert.deepEqual(await store.saveSession(late), late);
    }));

  test("of openings at the same time with one key all get the same id", () =>
    withStore(open, async (store) => {
      const ids = ["a", "b", "c", "d", "e"].map(id);
      const got = await Promise.all(ids.map((sessionId) => store.saveSession(session({ sessionId }))));
      assert.equal(new Set(got.map(({ sessionId }) => sessionId)).size, 1);
    }));

  test("retention drops sessions that have expired, when it is told the time", () =>
    withStore(open, async (store) => {
      await store.saveSession(session());
      await store.saveSession(session({ hotkey: "5Bob", expiresAt: 2001 }));
      assert.deepEqual(await store.applyRetention(bounds), { dropped: 0 });
      assert.deepEqual(await store.applyRetention({ ...bounds, sessionsEndedBy: 2000 }), { dropped: 1 });
      assert.equal(await store.session("5Alice"), null);
      assert.notEqual(await store.session("5Bob"), null);
    }));
}
