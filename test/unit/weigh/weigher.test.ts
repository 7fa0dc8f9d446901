import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ed25519PublicKey,
  generatePrivateJwk,
  makeSigner,
  type Signer,
  verifyDocument,
} from "../../../src/core/ed25519.ts";
import type { WeigherOptions } from "../../../src/weigh/weigher.ts";
import {
  HOUR,
  makeWeigher as make,
  options,
  PERIOD,
  signer,
  type Vectors,
} from "../../support/weigh/world.ts";

const publicKey = (of: Signer) => ed25519PublicKey(Buffer.from(of.jwk.x, "base64url"));

describe("weigher", () => {
  it("makes no vector for periods before its time, then one for each as it ends", async () => {
    const { weigher, store, chain } = make();
    await weigher.tick();
    chain.height = 11 * PERIOD - 1;
    await weigher.tick();
    assert.deepEqual([...store.saved.keys()], []);
    chain.height = 11 * PERIOD;
    await weigher.tick();
    await weigher.tick();
    assert.deepEqual([...store.saved.keys()], [10]);
    chain.height = 12 * PERIOD + 5;
    await weigher.tick();
    assert.deepEqual([...store.saved.keys()], [10, 11]);
  });

  it("tells the first period that is over and not finished, counted from its own end, also after a restart", async () => {
    const { weigher, chain, start, store } = make();
    await weigher.tick();
    assert.equal(await weigher.unfinished(), null);
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.equal(await weigher.unfinished(), null);
    chain.height = 12 * PERIOD - 1;
    assert.equal(await weigher.unfinished(), null);
    chain.height = 12 * PERIOD;
    assert.deepEqual(await weigher.unfinished(), { period: 11, blocks: 0 });
    chain.height = 13 * PERIOD + 7;
    const late = { period: 11, blocks: PERIOD + 7 };
    assert.deepEqual(await weigher.unfinished(), late);
    assert.deepEqual(await start().unfinished(), late);
    await weigher.tick();
    assert.equal(await weigher.unfinished(), null);
    assert.deepEqual([...store.saved.keys()], [10, 12]);
  });

  it("signs the canonical document with all it promises", async () => {
    const { weigher, store, chain, clock } = make();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    const vector = store.saved.get(10);
    assert.ok(vector);
    assert.ok(verifyDocument(vector, publicKey(signer)));
    const { signature: _, policy_hash, ...rest } = vector;
    assert.match(policy_hash, /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      version: 1,
      network: "local",
      netuid: 5,
      validator: "validator",
      ...{ period: 10, epoch: 10 },
      block: 11 * PERIOD,
      issued_at: clock.now,
      expires_at: clock.now + 2 * PERIOD * 50,
      key_id: signer.kid,
      weights: [
        { hotkey: "a", uid: null, weight: 0.75, u16: 65_535 },
        { hotkey: "b", uid: null, weight: 0.25, u16: 21_845 },
      ],
    });
    assert.deepEqual([store.since, store.workSince], [clock.now - 24 * HOUR, clock.now - 24 * HOUR]);
    assert.deepEqual(store.intents.get(10), { ...rest, policy_hash });
  });

  it("names another policy by another hash", async () => {
    const hashes = new Set<string | undefined>();
    const changes: Partial<WeigherOptions>[] = [
      {},
      { windowHours: 12 },
      { regionCap: 0.5 },
      { everyTempos: 2 },
      { shares: { sat: 0.5 } },
      { burn: { share: 0.1, uid: 1, hotkey: null, absent: "skip" } },
      { burn: { share: 0.1, uid: 1, hotkey: "a", absent: "skip" } },
      { burn: { share: 0.1, uid: 1, hotkey: "a", absent: "own" } },
      { push: { ...options.push, halfLifeMs: HOUR } },
      { push: { ...options.push, minResults: 99 } },
      { push: { ...options.push, exponent: 1 } },
    ];
    for (const changed of changes) {
      const { weigher, store, chain } = make({ options: changed });
      await weigher.tick();
      chain.height = 12 * PERIOD;
      await weigher.tick();
      hashes.add([...store.saved.values()][0]?.policy_hash);
    }
    assert.equal(hashes.size, changes.length);
  });

  it("adds delivered work of push lanes to what was solved, by the lanes' shares", async () => {
    const { weigher, store, clock } = make({ options: { shares: { sat: 0.25, groth16: 0.75 } } });
    const bucket = { lane: "groth16", start: clock.now, credit: 1000, debit: 0, results: 100 };
    store.worked = [
      { ...bucket, hotkey: "b" },
      { ...bucket, hotkey: "c" },
      { ...bucket, hotkey: "few", results: 99 },
    ];
    const rows = await weigher.preview();
    assert.deepEqual(
      rows.map(({ hotkey, weight }) => [hotkey, weight]),
      [
        ["a", 0.1875],
        ["b", 0.0625 + 0.375],
        ["c", 0.375],
      ],
    );
  });

  it("lets work fade by its age at the moment of the vector", async () => {
    const { weigher, store, clock } = make({ options: { shares: { groth16: 1 } } });
    const bucket = { lane: "groth16", credit: 1000, debit: 0, results: 100 };
    const start = clock.now;
    store.worked = [
      { ...bucket, hotkey: "fresh", start },
      { ...bucket, hotkey: "old", start: start - 2 * HOUR },
    ];
    clock.advance(HOUR);
    const [fresh, old] = await weigher.preview();
    const ratio = (old?.weight ?? 0) / (fresh?.weight ?? 0);
    assert.ok(Math.abs(ratio - 0.5 ** 1.3) < 1e-12, String(ratio));
  });

  it("weighs nobody who may not earn, in vectors and in previews", async () => {
    const { weigher, store, chain } = make({ blocked: ["a"] });
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    for (const rows of [store.saved.get(10)?.weights, await weigher.preview()]) {
      assert.deepEqual(
        rows?.map((row) => row.hotkey),
        ["b"],
      );
    }
  });

  it("submits uids with weight, once per period", async () => {
    const { weigher, store, chain } = make();
    chain.listed = [
      { uid: 4, hotkey: "a" },
      { uid: 2, hotkey: "b" },
      { uid: 8, hotkey: "dust" },
    ];
    store.credited.push({ lane: "sat", hotkey: "dust", weight: 1e-9 });
    await weigher.tick();
    chain.height = 11 * PERIOD;
    for (let i = 0; i < 3; i++) await weigher.tick();
    assert.deepEqual(chain.submitted, [
      [
        { uid: 4, hotkey: "a", u16: 65_535 },
        { uid: 2, hotkey: "b", u16: 21_845 },
        { uid: 8, hotkey: "dust", u16: 1 },
      ],
    ]);
    assert.equal(store.saved.get(10)?.weights.length, 3);
  });

  it("signs an empty vector when nobody earned, and submits none", async () => {
    const { weigher, store, chain } = make();
    store.credited = [];
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual(store.saved.get(10)?.weights, []);
    assert.deepEqual(chain.submitted, []);
  });

  it("tries the chain again, with the same vector, until the period is over", async () => {
    const { weigher, store, chain } = make();
    chain.listed = [{ uid: 4, hotkey: "a" }];
    await weigher.tick();
    chain.height = 11 * PERIOD;
    chain.down = true;
    await assert.rejects(weigher.tick(), /chain down/);
    const signed = store.saved.get(10);
    await assert.rejects(weigher.tick(), /chain down/);
    chain.down = false;
    await weigher.tick();
    await weigher.tick();
    assert.equal(chain.submitted.length, 1);
    assert.equal(store.saved.get(10), signed);
    chain.height = 12 * PERIOD;
    chain.down = true;
    await assert.rejects(weigher.tick(), /chain down/);
    chain.height = 13 * PERIOD;
    chain.down = false;
    await weigher.tick();
    assert.equal(chain.submitted.length, 2, "weights of a past period are not submitted");
    assert.deepEqual([...store.saved.keys()], [10, 11, 12]);
  });

  it("waits while the height is unknown", async () => {
    const { weigher, store, chain } = make();
    chain.height = null;
    await weigher.tick();
    assert.equal(store.calls, 0);
  });

  it("joins calls that overlap", async () => {
    const { weigher, store, chain } = make();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await Promise.all([weigher.tick(), weigher.tick(), weigher.tick()]);
    assert.deepEqual([...store.saved.keys()], [10]);
  });

  it("weighs the last period after a downtime, and none of those missed before it", async () => {
    const { weigher, store, chain, start } = make();
    await weigher.tick();
    chain.height = 20 * PERIOD;
    await start().tick();
    assert.deepEqual([...store.saved.keys()], [19]);
  });

  it("does not sign what another key was to sign, and goes on with the next period", async () => {
    const { weigher, store, chain, metrics, start } = make();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    store.crash = { at: store.calls + 7, effect: "after" };
    await assert.rejects(weigher.tick(), /crash after/);
    assert.equal(store.intents.size, 1, "the intent is on record");
    const rotated = makeSigner(generatePrivateJwk());
    const next = start({ by: rotated });
    await next.tick();
    await next.tick();
    assert.equal(store.saved.size, 0);
    assert.equal(metrics.get("assay_vectors_total", { outcome: "abandoned" }), 1);
    chain.height = 12 * PERIOD;
    await next.tick();
    const vector = store.saved.get(11);
    assert.ok(vector && verifyDocument(vector, publicKey(rotated)));
  });

  it("signs an intent of an earlier version as it is on record, without the member that it lacks", async () => {
    const { weigher, store, chain, start } = make();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    store.crash = { at: store.calls + 7, effect: "after" };
    await assert.rejects(weigher.tick(), /crash after/);
    const { period: _, ...old } = store.intents.get(10) ?? assert.fail("no intent");
    store.intents.set(10, old);
    await start().tick();
    const vector = store.saved.get(10) ?? assert.fail("no vector");
    const { signature: _signature, ...document } = vector;
    assert.deepEqual(document, old);
    assert.ok(verifyDocument(vector, publicKey(signer)));
  });

  it("counts from its first period again when the heights start anew", async () => {
    const { weigher, store, chain } = make();
    await weigher.tick();
    chain.height = 3 * PERIOD;
    await weigher.tick();
    assert.equal(store.saved.size, 0);
    chain.height = 4 * PERIOD;
    await weigher.tick();
    assert.deepEqual([...store.saved.keys()], [3]);
  });
});

describe("crashes of the weigher", () => {
  /** Three periods; whenever a call fails the process starts anew, with other credits than before. */
  async function live(crash: Vectors["crash"]): Promise<number> {
    const { store, chain, clock, start } = make();
    chain.listed = [
      { uid: 1, hotkey: "a" },
      { uid: 2, hotkey: "b" },
    ];
    store.crash = crash;
    let weigher = start();
    const signed = new Map<number, string>();
    for (let step = 0; step < 16; step++) {
      try {
        await weigher.tick();
      } catch {
        weigher = start();
      }
      store.credited = [...store.credited, { lane: "sat", hotkey: step % 2 ? "a" : "b", weight: 1 + step }];
      clock.advance(1000);
      for (const [period, vector] of store.saved) {
        assert.equal(signed.get(period) ?? vector.signature, vector.signature, "a vector never changes");
        signed.set(period, vector.signature);
        const { signature: _, ...document } = vector;
        assert.deepEqual(store.intents.get(period), document, "what was signed is what was on record");
        assert.ok(verifyDocument(vector, publicKey(signer)));
      }
      chain.height = Math.floor((10 + step / 4) * PERIOD);
    }
    assert.deepEqual([...store.saved.keys()], [10, 11, 12]);
    assert.ok(chain.submitted.length >= 3, "every vector was submitted");
    return store.calls;
  }

  it("at any call never make two vectors of a period, nor leave one out", async () => {
    const calls = await live(null);
    assert.ok(calls > 15);
    for (let at = 1; at <= calls; at++) {
      await live({ at, effect: "before" });
      await live({ at, effect: "after" });
    }
  });
});

describe("a tempo that changes", () => {
  it("repeats no period: each one gets a vector still, also after another start, and the mark refuses none", async () => {
    const { weigher, chain, store, start } = make();
    await weigher.tick();
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual([...store.saved.keys()], [10]);
    chain.blocksPerTempo = PERIOD + 1;
    await weigher.tick();
    chain.height = 12 * PERIOD;
    await weigher.tick();
    assert.deepEqual([...store.saved.keys()], [10], "the period under way is longer now");
    chain.height += 1;
    await weigher.tick();
    chain.height += PERIOD + 1;
    await start().tick();
    assert.deepEqual([...store.saved.keys()], [10, 11, 12]);
  });

  it("makes nothing while a tempo has no blocks", async () => {
    const { weigher, chain, store } = make();
    chain.blocksPerTempo = 0;
    await weigher.tick();
    chain.height = 20 * PERIOD;
    await weigher.tick();
    assert.equal(store.saved.size, 0);
  });
});
