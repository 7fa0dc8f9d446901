import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { salvage } from "../../../../src/store/sqlite/salvage/salvage.ts";
import { leaseClock } from "../../../../src/store/sqlite/tables/leaseClock.ts";
import { admitted, commitment, newSubmission } from "../../../conformance/store/fixtures.ts";
import { isAlive, joined, LONG } from "../../../conformance/store/nodeFixtures.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

function fileOf(t: TestContext): string {
  const dir = temporaryDir();
  t.after(() => removeDir(dir));
  return join(dir, "assay.db");
}

test("opening the store ends the nodes and leases of before at once: only one process has it", async (t) => {
  const file = fileOf(t);
  const before = openInlineStore(file);
  await before.commitEpoch(commitment());
  const node = await joined(before);
  const fence = await before.takeLease("leader", node, LONG);
  const row = await admitted(before, newSubmission({ node }));
  await before.close();

  const store = openInlineStore(file);
  assert.equal(await isAlive(store, node), false);
  assert.equal((await store.renewNode(node, LONG)).alive, false);
  const next = await joined(store);
  assert.deepEqual(await store.claim(next, 9, new Set()), [{ ...row, claims: 1 }]);
  assert.deepEqual([fence?.token, (await store.takeLease("leader", next, LONG))?.token], [1, 2]);
  await store.close();
});

test("leases are timed by a clock that nobody sets", () => {
  let [wall, running] = [1_700_000_000_000, 50];
  const now = leaseClock({ nowMs: () => wall, monotonicMs: () => running });
  assert.equal(now(), 1_700_000_000_000);
  wall -= 86_400_000;
  running += 10;
  assert.equal(now(), 1_700_000_000_010);
});

test("a salvaged store keeps sessions and gives no number again; what is damaged of them stops no salvage", async (t) => {
  const file = fileOf(t);
  const before = openInlineStore(file);
  const session = {
    ...{ sessionId: `sn_${"a".repeat(32)}`, hotkey: "5Alice", publicKey: "1".repeat(64), binds: true },
    ...{ openedAt: 1, expiresAt: 2 },
  };
  await before.saveSession(session);
  await before.saveSession({ ...session, hotkey: "5Bob" });
  const [, second] = [await joined(before), await joined(before)];
  const number = await before.takeStream("5Alice", second);
  await before.suspend({
    ...{ hotkey: "5Alice", kind: "operator", untilBlock: 9, reason: "why", by: "operator", at: 1 },
  });
  const { last } = await before.standingChanges(null, 1);
  await before.close();
  const tool = new DatabaseSync(file);
  tool.exec("DELETE FROM counters; UPDATE sessions SET binds = 7 WHERE hotkey = '5Bob'");
  tool.close();

  const out = join(dirname(file), "out");
  const dropped = salvage(file, out).tables.filter((table) => table.dropped > 0);
  assert.deepEqual(
    dropped.map(({ table }) => table),
    ["sessions"],
  );
  const store = openInlineStore(join(out, "assay.db"));
  assert.deepEqual(await store.session("5Alice"), session);
  assert.equal(await store.session("5Bob"), null);
  const next = await joined(store);
  assert.ok(next > second);
  assert.ok((await store.takeStream("5Alice", next)) > number);
  assert.equal((await store.standingChanges(null, 1)).last, last);
  await store.close();
});
