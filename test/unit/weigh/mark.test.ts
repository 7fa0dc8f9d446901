import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Marks, makeWeigher, PERIOD, Vectors } from "../../support/weigh/world.ts";

describe("the mark beside the publishing key", () => {
  it("is written once per period, before its vector is saved", async () => {
    const { weigher, store, chain, marks } = makeWeigher();
    await weigher.tick();
    assert.equal(marks.mark, null);
    chain.height = 11 * PERIOD;
    marks.fails = true;
    await assert.rejects(weigher.tick(), /disk full/);
    assert.equal(store.saved.size, 0, "nothing is signed without it");
    marks.fails = false;
    await weigher.tick();
    await weigher.tick();
    const mark = await marks.read();
    assert.deepEqual([mark?.period, marks.written, [...store.saved.keys()]], [10, 1, [10]]);
    assert.match(mark?.intent_sha256 ?? "", /^[0-9a-f]{64}$/);
  });

  it("lets no restored store sign a second vector of a period, and signs the next period", async () => {
    const { weigher, store, chain, metrics, start, entries } = makeWeigher();
    await weigher.tick();
    const backup = store.copy();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.equal(store.saved.size, 1);
    backup.credited = [{ lane: "sat", hotkey: "other", weight: 1 }];
    for (let restart = 0; restart < 3; restart++) {
      const restored = start({ store: backup });
      await restored.tick();
      assert.equal(backup.saved.size, 0, `start ${restart} signed another vector`);
      const [fault = ""] = restored.faults();
      assert.match(fault, /period 10 is not in the store.*publishing\.mark\.json.*period 11 is signed/);
    }
    assert.equal(metrics.get("assay_vectors_total", { outcome: "refused" }), 3);
    assert.ok(entries.some(({ event }) => event === "vector_refused"));
    const restored = start({ store: backup });
    chain.height = 12 * PERIOD;
    await restored.tick();
    assert.deepEqual([...backup.saved.keys()], [11]);
    assert.deepEqual(restored.faults(), []);
  });

  it("refuses a period below it, and one at it whose intent is another", async () => {
    for (const period of [10, 11]) {
      const { weigher, store, chain, marks } = makeWeigher();
      marks.mark = { period, intent_sha256: "0".repeat(64) };
      await weigher.tick();
      chain.height = 11 * PERIOD;
      await weigher.tick();
      assert.equal(store.saved.size, 0, `mark ${period}`);
    }
    const { weigher, store, chain, marks } = makeWeigher();
    marks.mark = { period: 9, intent_sha256: null };
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual([...store.saved.keys()], [10], "one past it is signed");
  });

  it("does not stop the intent that it names: after a crash the same vector is signed again", async () => {
    const { weigher, store, chain, marks, start } = makeWeigher();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    const save = store.saveVector.bind(store);
    store.saveVector = () => Promise.reject(new Error("killed"));
    await assert.rejects(weigher.tick(), /killed/);
    assert.equal(marks.mark?.period, 10);
    store.saveVector = save;
    await start().tick();
    assert.deepEqual([...store.saved.keys()], [10]);
  });

  it("is made from a store that has none yet, as earlier versions left it", async () => {
    const { weigher, store, chain, marks, start } = makeWeigher();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    const made = marks.mark;
    marks.mark = null;
    store.notes.delete("weigh_marked");
    chain.height = 12 * PERIOD;
    store.credited = [];
    await start().tick();
    assert.deepEqual([...store.saved.keys()], [10, 11]);
    assert.equal(marks.mark === null ? null : marks.written, 3, "first that of period 10, then of 11");
    assert.equal(made?.period, 10);
  });

  it("that was lost stands for everything up to the last period that is over", async () => {
    const { weigher, store, chain, marks, start, entries } = makeWeigher();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    const backup = store.copy();
    marks.mark = null;
    chain.height = 15 * PERIOD;
    const restored = start({ store: backup });
    await restored.tick();
    assert.deepEqual([...backup.saved.keys()], [10]);
    assert.ok(entries.some(({ event }) => event === "signing_mark_lost"));
    chain.height = 16 * PERIOD;
    await restored.tick();
    assert.deepEqual([...backup.saved.keys()], [10, 15]);
  });

  it("is presumed by a process that stands by on another machine, so that no later period is lost when it takes over", async () => {
    const { weigher, store, chain, start, entries } = makeWeigher();
    const marks = new Marks();
    const other = start({ marks });
    await other.standBy();
    assert.equal(marks.mark, null, "nothing was signed yet");
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    await other.standBy();
    assert.deepEqual(marks.mark, { period: 10, intent_sha256: null });
    chain.height = 12 * PERIOD;
    await other.standBy();
    assert.equal(marks.written, 1);
    other.takeOver();
    await other.tick();
    assert.deepEqual([...store.saved.keys()], [10, 11]);
    assert.ok(!entries.some(({ event }) => event === "signing_mark_lost"));
  });

  it("does not hinder a new store under a new key", async () => {
    const { start, chain } = makeWeigher();
    const fresh = new Vectors();
    const weigher = start({ store: fresh });
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual([...fresh.saved.keys()], [10]);
  });
});
