import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ed25519PublicKey, verifyDocument } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { silentLog } from "../../../src/core/log.ts";
import { sampleKey } from "../../../src/sample/draw.ts";
import { Sampler } from "../../../src/sample/sampler.ts";
import { Counts } from "../../support/counts.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import {
  draws,
  Epochs,
  HOUR,
  make,
  master,
  otherMaster,
  policy,
  signer,
  started,
} from "../../support/sample/world.ts";
import { problemOf } from "../../support/thrown.ts";

describe("heads of the log", () => {
  const PART = HOUR / 12;
  const key = ed25519PublicKey(Buffer.from(signer.jwk.x, "base64url"));

  it("are signed once in each twelfth of an epoch's length, where the log went on", async () => {
    const { clock, store, sampler } = await started();
    await sampler.tick();
    assert.deepEqual(store.headsOf(100), [], "the commitment itself is signed");
    const first = store.line(100);
    clock.advance(PART - 1);
    await sampler.tick();
    assert.deepEqual(store.headsOf(100), [], "the first part was looked at before");
    clock.advance(1);
    await sampler.tick();
    const [head] = store.headsOf(100);
    assert.ok(head !== undefined && verifyDocument(head, key));
    const { signature: _signature, ...signed } = head;
    assert.deepEqual(signed, { epoch: 100, log_head: first, signed_at: clock.now, key_id: signer.kid });
    clock.advance(PART);
    await sampler.tick();
    assert.equal(store.headsOf(100).length, 1, "nothing new");
    const hashes = [first];
    for (let part = 0; part < 5; part++) {
      hashes.push(store.line(100));
      clock.advance(PART);
      for (let tick = 0; tick < 3; tick++) await sampler.tick();
    }
    assert.deepEqual(
      store.headsOf(100).map(({ log_head }) => log_head),
      hashes,
    );
  });

  it("are all that an open epoch shows of its log, however often it is asked for", async () => {
    const { clock, store, sampler } = await started();
    await sampler.tick();
    const { commitment } = await sampler.published(100);
    const shown = async () => {
      const { log_head, log_length, heads } = await sampler.published(100);
      return { log_head, log_length, heads: heads.map((head) => head.log_head) };
    };
    const before = { log_head: commitment, log_length: 0, heads: [] };
    for (let line = 0; line < 3; line++) {
      assert.deepEqual(await shown(), before);
      store.line(100);
      await sampler.tick();
      assert.deepEqual(await shown(), before);
    }
    const head = store.line(100);
    clock.advance(PART);
    await sampler.tick();
    assert.deepEqual(await shown(), { log_head: head, log_length: 0, heads: [head] });
    const last = store.line(100);
    assert.deepEqual(await shown(), { log_head: head, log_length: 0, heads: [head] });
    clock.advance(2 * HOUR);
    await sampler.tick();
    assert.deepEqual(await shown(), { log_head: last, log_length: 5, heads: [head, last] });
  });

  it("are signed no more often by a validator that restarts", async () => {
    const { clock, store, sampler } = await started();
    store.line(100);
    await sampler.tick();
    assert.equal(store.headsOf(100).length, 1);
    for (let start = 0; start < 5; start++) {
      store.line(100);
      clock.advance(1);
      const again = make(clock, store);
      await again.start();
      await again.tick();
    }
    assert.equal(store.headsOf(100).length, 1);
  });

  it("of an epoch that waits for verdicts go on, and its final one closes it", async () => {
    const { clock, store, sampler } = await started();
    store.pending.add(100);
    clock.advance(2 * HOUR);
    for (let part = 0; part < 3; part++) {
      store.line(100);
      await sampler.tick();
      clock.advance(PART);
    }
    assert.equal(store.headsOf(100).length, 3);
    store.pending.clear();
    await sampler.tick();
    const { state, heads, log_head } = await sampler.published(100);
    const final = heads.at(-1);
    assert.ok(final !== undefined && verifyDocument(final, key));
    assert.deepEqual([state, heads.length, final.log_head], ["closed", 4, log_head]);
    assert.equal(final.signed_at, clock.now);
  });

  it("that fail are signed at the next tick, and those of other epochs all the same", async () => {
    const { clock, store, sampler } = await started();
    store.line(100);
    store.line(101);
    // The list of open epochs and the heads of the first come before.
    store.crash = { at: store.calls + 3, effect: "before" };
    await sampler.tick();
    assert.deepEqual([store.headsOf(100).length, store.headsOf(101).length], [0, 1]);
    clock.advance(1);
    await sampler.tick();
    assert.deepEqual([store.headsOf(100).length, store.headsOf(101).length], [1, 1]);
  });

  it("that are refused are counted", async () => {
    const clock = new FakeClock(100 * HOUR);
    const [store, metrics] = [new Epochs(), new Counts()];
    const options = { epochs: everyHours(1), policy, masters: [master] };
    const sampler = new Sampler(options, { store, signer, clock, log: silentLog, metrics });
    await sampler.start();
    store.full = true;
    store.line(100);
    for (let tick = 0; tick < 3; tick++) await sampler.tick();
    assert.equal(metrics.get("assay_log_heads_refused_total"), 1);
  });

  it("keep an epoch open while its log goes on under the one that should close it", async () => {
    const { clock, store, sampler } = await started();
    clock.advance(2 * HOUR);
    const { openEpochs } = store;
    store.openEpochs = async () => {
      const open = await openEpochs.call(store);
      store.line(100);
      return open;
    };
    await sampler.tick();
    assert.deepEqual(store.closed(), []);
    store.openEpochs = openEpochs;
    await sampler.tick();
    assert.deepEqual(store.closed(), [100]);
  });
});

describe("two validators on one store", () => {
  it("draw the same, and what one closed the other draws from no more", async () => {
    const { clock, store, sampler } = await started();
    const late = new FakeClock(clock.now);
    const other = make(late, store);
    await other.start();
    assert.deepEqual(draws(other, 100)(), draws(sampler, 100)());
    clock.advance(2 * HOUR);
    await sampler.tick();
    assert.deepEqual(store.closed(), [100]);
    await other.tick();
    assert.equal((await problemOf(draws(other, 100))).code, "epoch_expired");
    assert.equal(draws(other, 101)().epoch, 101);
  });

  it("agree through a rotation: each goes by the master that an epoch was committed with", async () => {
    const { clock, store, sampler } = await started();
    const rotated = make(clock, store, { masters: [otherMaster, master] });
    await rotated.start();
    clock.advance(HOUR);
    await rotated.tick();
    assert.equal((await problemOf(() => sampler.tick())).code, "commitment_unmatched");
    assert.equal((await problemOf(draws(sampler, 102))).code, "store_unavailable");
    assert.deepEqual(draws(rotated, 101)(), draws(sampler, 101)());
    clock.advance(2 * HOUR);
    await rotated.tick();
    for (const epoch of [100, 101]) {
      assert.equal(store.records.get(epoch)?.revealed_key, sampleKey(master, epoch).export().toString("hex"));
    }
    clock.advance(HOUR);
    await rotated.tick();
    assert.equal(store.records.get(102)?.revealed_key, sampleKey(otherMaster, 102).export().toString("hex"));
  });
});
