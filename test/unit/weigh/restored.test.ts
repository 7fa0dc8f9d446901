import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BACKUP_NOTE } from "../../../src/flow/restored.ts";
import { latestPossible } from "../../../src/weigh/restoredPeriods.ts";
import { Marks, makeWeigher, PERIOD, type Vectors } from "../../support/weigh/world.ts";

function backupOf(store: Vectors, signed_period: number | null = null): Vectors {
  const backup = store.copy();
  const note = { id: `b${signed_period}`, taken_at: 1, signed_period, block: 10 * PERIOD };
  backup.notes.set(BACKUP_NOTE, JSON.stringify(note));
  backup.credited = [{ lane: "sat", hotkey: "other", weight: 1 }];
  return backup;
}

describe("a store that was put back from a backup", () => {
  it("signs no period up to the one under way at its first start, though every mark is lost, and the one after", async () => {
    const { weigher, store, chain, start } = makeWeigher();
    await weigher.tick();
    // Before the first vector: nothing in the backup says that a mark was ever made.
    const backup = backupOf(store);
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual([...store.saved.keys()], [10]);
    const marks = new Marks();
    for (const height of [11, 12, 12.5]) {
      chain.height = height * PERIOD;
      const restored = start({ store: backup, marks });
      await restored.tick();
      assert.deepEqual([...backup.saved.keys()], [], `at height ${height}`);
      assert.match(restored.faults()[0] ?? "", /not in the store/);
    }
    assert.deepEqual(marks.mark, { period: 11, intent_sha256: null });
    chain.height = 13 * PERIOD;
    await start({ store: backup, marks }).tick();
    assert.deepEqual([...backup.saved.keys()], [12]);
  });

  it("raises a mark that is out of date, and lowers none", async () => {
    const { weigher, store, chain, start } = makeWeigher();
    await weigher.tick();
    for (const [period, signed, after] of [
      [3, null, 11],
      [3, 12, 12],
      [15, 12, 15],
    ] as const) {
      const backup = backupOf(store, signed);
      const marks = new Marks();
      marks.mark = { period, intent_sha256: null };
      chain.height = 11 * PERIOD;
      await start({ store: backup, marks }).tick();
      assert.equal(marks.mark.period, after);
      assert.deepEqual([...backup.saved.keys()], []);
      chain.height = (after + 2) * PERIOD;
      await start({ store: backup, marks }).tick();
      assert.deepEqual([...backup.saved.keys()], [after + 1]);
    }
  });

  it("holds for each process that shares it, whatever mark that has", async () => {
    const { weigher, store, chain, start } = makeWeigher();
    await weigher.tick();
    const backup = backupOf(store);
    chain.height = 11 * PERIOD;
    await start({ store: backup, marks: new Marks() }).tick();
    chain.height = 12 * PERIOD;
    const other = start({ store: backup, marks: new Marks() });
    await other.standBy();
    await other.tick();
    assert.deepEqual([...backup.saved.keys()], []);
  });

  it("has what it has: a vector on record stays, and is not made again", async () => {
    const { weigher, store, chain, start } = makeWeigher();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    const backup = backupOf(store);
    const restored = start({ store: backup });
    await restored.tick();
    assert.deepEqual(backup.saved.get(10), store.saved.get(10));
    assert.deepEqual(restored.faults(), []);
  });
});

describe("the latest period that can be under way", () => {
  const backup = { id: "b", taken_at: 1, signed_period: null, block: 3700 };
  const known = { from_block: 0, from_period: 0, length: 360 };

  it("is the counted one while periods keep their length", () => {
    assert.equal(latestPossible(known, { block: 4000, length: 360 }, backup), 11);
    assert.equal(latestPossible(null, { block: 4000, length: 360 }, backup), 11);
  });

  it("is no less than what another length gives from any height after the backup on", () => {
    for (const changed of [3700, 3900, 4319, 4320, 5000]) {
      const counted = Math.floor(changed / 360);
      const actual = counted + Math.floor((6000 - counted * 360) / 180);
      const latest = latestPossible(known, { block: 6000, length: 180 }, backup);
      assert.ok(latest >= actual && latest <= 25, `changed at ${changed}: ${actual}, ${latest}`);
    }
    assert.equal(
      latestPossible(known, { block: 6000, length: 720 }, backup),
      16,
      "a longer one only lags behind",
    );
  });
});
