import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { everyHours } from "../../../src/core/epochs.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { BACKUP_NOTE } from "../../../src/flow/restored.ts";
import { RestoredEpochs } from "../../../src/sample/restoredEpochs.ts";
import { Sampler } from "../../../src/sample/sampler.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { draws, Epochs, HOUR, master, otherMaster, policy, signer } from "../../support/sample/world.ts";
import { problemOf } from "../../support/thrown.ts";

/** A store with notes, of which a copy can be put back. */
class Notes {
  epochs = new Epochs();
  openEpochs() {
    return this.epochs.openEpochs();
  }
  readonly values = new Map<string, string>();
  async note(key: string): Promise<string | null> {
    return this.values.get(key) ?? null;
  }
  async setNote(key: string, value: string): Promise<void> {
    this.values.set(key, value);
  }
}

function copyOf(store: Epochs): Epochs {
  const copy = new Epochs();
  for (const [epoch, record] of store.records) copy.records.set(epoch, record);
  for (const [epoch, heads] of store.heads) copy.heads.set(epoch, [...heads]);
  return copy;
}

function start(clock: FakeClock, store: Epochs, notes: Notes, masters = [master]): Sampler {
  notes.epochs = store;
  const restored = new RestoredEpochs(notes, silentLog);
  return new Sampler(
    { epochs: everyHours(1), policy, masters },
    { store, signer, clock, restored, log: silentLog, metrics: noMetrics },
  );
}

/** A validator that ran from epoch 100 on; its backup of that epoch; and the notes of that backup. */
async function world() {
  const clock = new FakeClock(100 * HOUR);
  const store = new Epochs();
  const old = start(clock, store, new Notes());
  await old.start();
  const backup = copyOf(store);
  const notes = new Notes();
  notes.values.set(BACKUP_NOTE, JSON.stringify({ id: "b", taken_at: clock.nowMs() }));
  return { clock, store, old, backup, notes };
}

const expired = async (run: () => unknown) =>
  assert.equal((await problemOf(async () => run())).code, "epoch_expired");

describe("a store that was put back from a backup", () => {
  it("goes on with the epochs whose commitments it has, under these", async () => {
    const { clock, store, backup, notes } = await world();
    const restored = start(clock, backup, notes);
    await restored.start();
    for (const epoch of [100, 101]) {
      assert.deepEqual(backup.records.get(epoch), store.records.get(epoch));
      assert.doesNotThrow(draws(restored, epoch));
    }
    assert.equal(restored.fault(), null);
  });

  it("commits no epoch that may have been committed before, whatever the secret, and the first one after", async () => {
    for (const masters of [[master], [otherMaster, master]]) {
      const { clock, store, old, backup, notes } = await world();
      clock.advance(3 * HOUR);
      await old.tick();
      assert.ok(store.records.has(104), "committed, and public");
      const restored = start(clock, backup, notes, masters);
      await restored.start();
      for (const epoch of [103, 104]) {
        await expired(draws(restored, epoch));
        assert.equal(backup.records.has(epoch), false);
      }
      assert.match(restored.fault() ?? "", /put back from a backup that does not have epoch 103/);
      clock.advance(HOUR);
      await restored.tick();
      await expired(draws(restored, 104));
      assert.ok(backup.records.has(105), "one past them is committed before it begins");
      clock.advance(HOUR);
      await restored.tick();
      assert.equal(restored.fault(), null);
      assert.doesNotThrow(draws(restored, 105));
    }
  });

  it("holds them back through restarts, and from the first start on, not from the last", async () => {
    const { clock, backup, notes } = await world();
    clock.advance(3 * HOUR);
    await start(clock, backup, notes).start();
    clock.advance(1.5 * HOUR);
    const again = start(clock, backup, notes);
    await again.start();
    await expired(draws(again, 104));
    assert.doesNotThrow(draws(again, 105));
    // Another backup of it, put back later, is settled anew.
    notes.values.set(BACKUP_NOTE, JSON.stringify({ id: "c", taken_at: clock.nowMs() }));
    clock.advance(3 * HOUR);
    const other = start(clock, backup, notes);
    await other.start();
    await expired(draws(other, 107));
  });

  it("says in public which logs it cut off, also after another restore, and of no other epoch", async () => {
    const { clock, backup, notes } = await world();
    clock.advance(1000);
    const restored = start(clock, backup, notes);
    await restored.start();
    const lostSince = async (sampler: Sampler, epoch: number) =>
      (await sampler.published(epoch)).records_lost_since;
    assert.deepEqual(
      [await lostSince(restored, 100), await lostSince(restored, 101)],
      [100 * HOUR, 100 * HOUR],
    );
    clock.advance(2 * HOUR);
    await restored.tick();
    assert.equal(await lostSince(restored, 103), undefined);
    notes.values.set(BACKUP_NOTE, JSON.stringify({ id: "c", taken_at: clock.nowMs() }));
    const again = start(clock, backup, notes);
    await again.start();
    const since = await Promise.all([100, 101, 102, 103].map((epoch) => lostSince(again, epoch)));
    assert.deepEqual(since, [100 * HOUR, 100 * HOUR, clock.nowMs(), clock.nowMs()]);
  });

  it("reveals the key of an epoch no earlier than the store that it is a copy of", async () => {
    const { clock, backup, notes } = await world();
    clock.advance(2 * HOUR - 1);
    const restored = start(clock, backup, notes);
    await restored.start();
    await restored.tick();
    assert.deepEqual(backup.closed(), []);
    clock.advance(1);
    await restored.tick();
    assert.deepEqual(backup.closed(), [100]);
  });

  it("is refused while its note cannot be read", async () => {
    const { clock, backup, notes } = await world();
    notes.values.set(BACKUP_NOTE, "{}");
    await assert.rejects(start(clock, backup, notes).start(), RangeError);
  });
});
