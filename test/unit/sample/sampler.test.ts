import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ed25519PublicKey, publicJwk, verifyDocument } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { silentLog } from "../../../src/core/log.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { commitment } from "../../../src/sample/commitment.ts";
import { decide, sampleKey } from "../../../src/sample/draw.ts";
import { ratesOf } from "../../../src/sample/policy.ts";
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

describe("commitments", () => {
  it("are on record, for this epoch and the next, before anything is drawn", async () => {
    const clock = new FakeClock(100 * HOUR);
    const store = new Epochs();
    const sampler = make(clock, store);
    assert.equal((await problemOf(draws(sampler, 100))).code, "store_unavailable");
    await sampler.start();
    assert.deepEqual([...store.records.keys()], [100, 101]);
    for (const epoch of [100, 101]) {
      const k = sampleKey(master, epoch);
      assert.equal(store.records.get(epoch)?.commitment, commitment(k.export(), policy));
      const facts = { epoch, lane: "groth16", hotkey: "h", workId: "w", classes: [] };
      assert.deepEqual(draws(sampler, epoch)(), decide(k, ratesOf(policy), facts));
    }
    assert.equal((await problemOf(draws(sampler, 102))).code, "store_unavailable");
    assert.equal((await problemOf(draws(sampler, 99))).code, "epoch_expired");
  });

  it("are signed with the publishing key over what they bind", async () => {
    const { sampler } = await started();
    const { epoch, commitment, policy, committed_at, key_id, signature } = await sampler.published(100);
    assert.equal(key_id, signer.kid);
    assert.equal(publicJwk(signer.jwk.x).kid, key_id);
    const key = ed25519PublicKey(Buffer.from(signer.jwk.x, "base64url"));
    assert.ok(
      verifyDocument(
        { epoch, commitment, policy, committed_at, key_id, signature } as { signature: string },
        key,
      ),
    );
  });

  it("are made an epoch ahead at every tick", async () => {
    const { clock, store, sampler } = await started();
    clock.advance(HOUR - 1);
    await sampler.tick();
    assert.deepEqual([...store.records.keys()], [100, 101]);
    clock.advance(1);
    await sampler.tick();
    assert.ok(store.records.has(102));
    assert.ok((store.records.get(102)?.committed_at ?? 0) < 102 * HOUR);
  });

  it("keep the policy they were made with when the configuration changes", async () => {
    const { clock, store } = await started();
    const changed = make(clock, store, { policy: { ...policy, lanes: { groth16: "1/2" } } });
    await changed.start();
    assert.equal(draws(changed, 100)().rate, "20/500");
    clock.advance(2 * HOUR);
    await changed.tick();
    assert.equal(draws(changed, 102)().rate, "1/2");
  });

  it("are matched by the previous master after a rotation", async () => {
    const { clock, store, sampler } = await started();
    const before = draws(sampler, 100)();
    const rotated = make(clock, store, { masters: [otherMaster, master] });
    await rotated.start();
    assert.deepEqual(draws(rotated, 100)(), before);
    clock.advance(2 * HOUR);
    await rotated.tick();
    const k = sampleKey(otherMaster, 102).export();
    assert.equal(store.records.get(102)?.commitment, commitment(k, policy));
    assert.equal(store.records.get(100)?.revealed_key, sampleKey(master, 100).export().toString("hex"));
  });

  it("that no master reproduces stop the start, also when only rows of old epochs are left", async () => {
    const { clock, store } = await started();
    const foreign = make(clock, store, { masters: [otherMaster] });
    assert.deepEqual(await problemOf(() => foreign.start()), { code: "commitment_unmatched", epoch: 100 });
    clock.advance(50 * HOUR);
    assert.equal(
      (await problemOf(() => make(clock, store, { masters: [otherMaster] }).start())).code,
      "commitment_unmatched",
    );
  });

  it("of closed epochs may be another master's", async () => {
    const { clock, store, sampler } = await started();
    clock.advance(4 * HOUR);
    await sampler.tick();
    for (const [epoch, record] of store.records) if (record.closed_at === null) store.records.delete(epoch);
    assert.deepEqual(store.closed(), [100, 101]);
    await make(clock, store, { masters: [otherMaster] }).start();
  });

  it("made by an earlier run in the same moment are used, not replaced", async () => {
    const { clock, store } = await started();
    const first = store.records.get(100);
    clock.advance(5);
    await make(clock, store).start();
    assert.equal(store.records.get(100), first);
  });
});

describe("closing", () => {
  it("reveals a key when the second epoch after has begun, not before", async () => {
    const { clock, store, sampler } = await started();
    clock.advance(2 * HOUR - 1);
    await sampler.tick();
    assert.deepEqual(store.closed(), []);
    assert.equal((await sampler.published(100)).revealed_key, null);
    clock.advance(1);
    await sampler.tick();
    assert.deepEqual(store.closed(), [100]);
    const published = await sampler.published(100);
    assert.equal(published.state, "closed");
    assert.equal(published.revealed_key, sampleKey(master, 100).export().toString("hex"));
    assert.equal(
      commitment(Buffer.from(published.revealed_key ?? "", "hex"), published.policy),
      published.commitment,
    );
  });

  it("waits for verdicts, and draws nothing meanwhile", async () => {
    const { clock, store, sampler } = await started();
    store.pending.add(100);
    clock.advance(2 * HOUR);
    await sampler.tick();
    const open = await sampler.published(100);
    assert.deepEqual([open.state, open.revealed_key], ["open", null]);
    assert.equal((await problemOf(draws(sampler, 100))).code, "epoch_expired");
    store.pending.clear();
    await sampler.tick();
    assert.equal((await sampler.published(100)).state, "closed");
  });

  it("never shows a key of an open epoch, even if the record holds one", async () => {
    const { store, sampler } = await started();
    const record = store.records.get(100);
    assert.ok(record);
    store.records.set(100, { ...record, revealed_key: "ab" });
    assert.equal((await sampler.published(100)).revealed_key, null);
  });

  it("catches up after an outage, oldest first", async () => {
    const { clock, store, sampler } = await started();
    for (let i = 0; i < 5; i++) {
      store.pending.add(100 + i);
      clock.advance(HOUR);
      await sampler.tick();
    }
    store.pending.clear();
    const restarted = make(clock, store);
    await restarted.start();
    await restarted.tick();
    assert.deepEqual(store.closed(), [100, 101, 102, 103]);
  });

  it("refuses an epoch that was never committed", async () => {
    const { sampler } = await started();
    assert.deepEqual(await problemOf(() => sampler.published(7)), { code: "epoch_not_found", epoch: 7 });
  });

  it("goes on with the others when the store fails at one", async () => {
    const { clock, store, sampler } = await started();
    store.pending.add(100);
    clock.advance(HOUR);
    await sampler.tick();
    clock.advance(2 * HOUR);
    store.pending.clear();
    // Two commitments and the list of open epochs come before the first closing.
    store.crash = { at: store.calls + 4, effect: "before" };
    await sampler.tick();
    assert.deepEqual(store.closed(), [101]);
    await sampler.tick();
    assert.deepEqual(store.closed(), [100, 101]);
  });
});

describe("a clock that steps", () => {
  it("back into a closed epoch gets no draw from it, in this process or the next", async () => {
    const { clock, store, sampler } = await started();
    clock.advance(2 * HOUR);
    await sampler.tick();
    assert.deepEqual(store.closed(), [100]);
    clock.advance(-2 * HOUR);
    await sampler.tick();
    assert.equal((await problemOf(draws(sampler, 100))).code, "epoch_expired");
    const restarted = make(clock, store);
    await restarted.start();
    assert.equal((await problemOf(draws(restarted, 100))).code, "epoch_expired");
    assert.equal(draws(restarted, 101)().epoch, 101, "the next epoch is still secret");
  });

  it("back into an epoch that waits for verdicts may draw again: its key is still secret", async () => {
    const { clock, store, sampler } = await started();
    store.pending.add(100);
    clock.advance(2 * HOUR);
    await sampler.tick();
    clock.advance(-2 * HOUR);
    await sampler.tick();
    assert.equal(draws(sampler, 100)().epoch, 100);
    assert.equal((await sampler.published(100)).revealed_key, null);
  });

  it("back into an epoch whose record is gone gets no draw from it: its key was out", async () => {
    const { clock, store, sampler } = await started();
    clock.advance(1000 * HOUR);
    await sampler.tick();
    assert.deepEqual(store.closed(), [100, 101]);
    for (const epoch of [100, 101]) store.retire(epoch);
    clock.advance(-1000 * HOUR);
    const restarted = make(clock, store);
    await restarted.start();
    await sampler.tick();
    for (const epoch of [100, 101])
      for (const one of [sampler, restarted])
        assert.equal((await problemOf(draws(one, epoch))).code, "epoch_expired");
    clock.advance(HOUR);
    await restarted.tick();
    assert.equal(draws(restarted, 102)().epoch, 102);
  });

  it("far ahead and back closes nothing that is not yet committed, and recovers", async () => {
    const { clock, store, sampler } = await started();
    clock.advance(1000 * HOUR);
    await sampler.tick();
    clock.advance(-1000 * HOUR);
    await sampler.tick();
    assert.deepEqual(store.closed(), [100, 101]);
    clock.advance(2 * HOUR);
    await sampler.tick();
    assert.equal(draws(sampler, 102)().epoch, 102);
  });
});

describe("memory", () => {
  it("holds no key of an epoch that is over, however long the run", async () => {
    const { clock, sampler } = await started();
    for (let i = 0; i < 50; i++) {
      clock.advance(HOUR);
      await sampler.tick();
    }
    const decided = Array.from({ length: 60 }, (_, i) => 95 + i).filter((epoch) => {
      try {
        return draws(sampler, epoch)().epoch === epoch;
      } catch (error) {
        assert.ok(error instanceof AssayError);
        return false;
      }
    });
    assert.deepEqual(decided, [149, 150, 151]);
  });

  it("counts draws by lane, class and outcome", async () => {
    const clock = new FakeClock(100 * HOUR);
    const metrics = new Counts();
    const options = { epochs: everyHours(1), policy, masters: [master] };
    const sampler = new Sampler(options, { store: new Epochs(), signer, clock, log: silentLog, metrics });
    await sampler.start();
    const counted = (labels: Record<string, string>): number => metrics.get("assay_draws_total", labels);
    for (let i = 0; i < 10; i++) sampler.draw("sat", "h", `${i}`, 100, ["cold_start"]);
    assert.equal(counted({ lane: "sat", class: "lane", sampled: "true" }), 10);
    sampler.draw("groth16", "h", "customer's", 100, ["customer"]);
    assert.equal(counted({ lane: "groth16", class: "customer", sampled: "true" }), 1);
    const drawn = Array.from({ length: 200 }, (_, i) => sampler.draw("groth16", "h", `${i}`, 100, []));
    const sampled = drawn.filter((draw) => draw.sampled).length;
    assert.deepEqual(
      ["true", "false"].map((which) => counted({ lane: "groth16", class: "lane", sampled: which })),
      [sampled, 200 - sampled],
    );
  });
});

describe("crashes", () => {
  /** Four epochs of a validator that starts anew whenever the store fails, watching what must never be. */
  async function live(crash: Epochs["crash"]): Promise<number> {
    const clock = new FakeClock(100 * HOUR);
    const store = new Epochs();
    store.crash = crash;
    let sampler: Sampler | null = null;
    for (let step = 0; step < 12; step++) {
      try {
        if (sampler === null) {
          const fresh = make(clock, store);
          await fresh.start();
          sampler = fresh;
        } else await sampler.tick();
      } catch {
        sampler = null;
      }
      if (sampler !== null) assertInvariants(sampler, store);
      clock.advance(HOUR / 3);
    }
    store.crash = null;
    sampler ??= make(clock, store);
    await sampler.start();
    await sampler.tick();
    assert.deepEqual(store.closed(), [100, 101, 102], "what is over closed in the end");
    return store.calls;
  }

  function assertInvariants(sampler: Sampler, store: Epochs): void {
    for (let epoch = 95; epoch < 110; epoch++) {
      let drawn = false;
      try {
        draws(sampler, epoch)();
        drawn = true;
      } catch (error) {
        assert.ok(error instanceof AssayError);
      }
      const record = store.records.get(epoch);
      if (!drawn) continue;
      assert.ok(record, `epoch ${epoch} drew without a commitment on record`);
      assert.equal(record.revealed_key, null, `epoch ${epoch} drew after its key was revealed`);
    }
  }

  it("at any call, before or after it took effect, never draw uncommitted or after a reveal", async () => {
    const calls = await live(null);
    assert.ok(calls > 20);
    for (let at = 1; at <= calls; at++) {
      await live({ at, effect: "before" });
      await live({ at, effect: "after" });
    }
  });
});
