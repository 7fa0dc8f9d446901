import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AdmissionWorld,
  alice,
  forged,
  type Letter,
  nothingHeld,
  others,
  settled,
  validator,
  withHeader,
} from "../../support/admit/world.ts";
import { epistulaHeaders, type Signing } from "../../support/epistula/signing.ts";
import { problemOf } from "../../support/thrown.ts";

const [bob = assert.fail()] = others;
const slow = { burst: 2, perSecond: 0.001 };

describe("Admission.authenticate", () => {
  function reading(world: AdmissionWorld, miner: Signing, ip = "192.0.2.1"): Letter {
    const { hotkey, sign } = miner;
    const rawBody = Buffer.alloc(0);
    const timestamp = String(world.nowMs);
    const headers = epistulaHeaders({ hotkey, sign, body: rawBody, signedFor: validator, timestamp });
    return { ...world.letter(miner, "", ip), rawBody, headers };
  }
  const any = { allowSuspended: true };
  const free = { allowSuspended: false };

  it("proves who asks", async () => {
    const world = new AdmissionWorld();
    assert.equal((await world.read(reading(world, alice), free)).hotkey, alice.hotkey);
    assert.deepEqual(world.held(), nothingHeld);
  });

  it("refuses in the same order as a submission", async () => {
    const world = new AdmissionWorld({ perHotkey: slow, perIpPerMin: 6 });
    const refused = async (letter: Letter, options = free) =>
      (await problemOf(() => world.read(letter, options))).code;
    world.suspendedUntil = 2000;
    assert.equal(await refused(reading(world, alice)), "suspended");
    world.registered = false;
    assert.equal(await refused(reading(world, alice)), "not_registered");
    assert.equal(await refused(reading(world, alice)), "rate_limited");
    assert.equal(await refused(forged(reading(world, alice))), "bad_signature");
    assert.equal(await refused(forged(reading(world, alice))), "bad_signature");
    assert.equal(await refused(reading(world, bob)), "not_registered");
    assert.equal(await refused(reading(world, bob)), "ip_rate_limited");
    assert.equal(await refused(withHeader(reading(world, bob), "epistula-uuid", null)), "ip_rate_limited");
    assert.equal(world.counts.get("assay_admit_refusals_total read not_registered"), 2);
  });

  it("lets a suspended miner read where that is allowed", async () => {
    const world = new AdmissionWorld();
    world.suspendedUntil = 2000;
    assert.equal((await world.read(reading(world, alice), any)).hotkey, alice.hotkey);
  });

  it("without a height serves only what needs none, and calls nobody unregistered", async () => {
    const world = new AdmissionWorld();
    world.block = null;
    const problem = await problemOf(() => world.read(reading(world, alice), free));
    assert.deepEqual(problem, { code: "chain_unavailable", retry_after_s: 12 });
    await world.read(reading(world, alice), any);
    world.registered = false;
    const unknown = await problemOf(() => world.read(reading(world, alice), any));
    assert.equal(unknown.code, "chain_unavailable");
  });

  it("has a gate and tokens of its own: reads and submissions do not starve each other", async () => {
    const world = new AdmissionWorld({ perHotkey: slow, gate: { slots: 8, waitMs: 2, queue: 0 } });
    const hold = Promise.withResolvers<void>();
    world.before.signature = () => hold.promise;
    const reads = others.map((miner) => world.read(reading(world, miner), free));
    await settled();
    const late = await problemOf(() => world.read(reading(world, alice), free));
    assert.equal(late.code, "busy");
    const submissions = others.map((miner) => world.submit(world.letter(miner)));
    await settled();
    assert.equal(world.held().slots, 16);
    hold.resolve();
    await Promise.all([...reads, ...submissions]);
    for (const miner of others) {
      await world.read(reading(world, miner), free);
      await world.submit(world.letter(miner, "second"));
    }
    assert.equal(world.held().slots, 0);
  });

  it("an impostor at another address takes no slot of the miner's share", async () => {
    const world = new AdmissionWorld({ gate: { slots: 8, waitMs: 2, queue: 0 } });
    const hold = Promise.withResolvers<void>();
    world.before.signature = () => hold.promise;
    const flood = Array.from({ length: 10 }, () =>
      world.read(forged(reading(world, alice, "198.51.100.1")), free).catch(() => {}),
    );
    await settled();
    const own = world.read(reading(world, alice), free);
    await settled();
    assert.equal(world.held().slots, 3);
    hold.resolve();
    assert.equal((await own).hotkey, alice.hotkey);
    await Promise.all(flood);
  });

  it("1000 clients that vanish leave nothing behind", async () => {
    const world = new AdmissionWorld({ perIpPerMin: 1e6, gate: { slots: 8, waitMs: 60_000, queue: 64 } });
    for (let sent = 0; sent < 1000; sent += 10) {
      const hold = Promise.withResolvers<void>();
      world.before.signature = () => hold.promise;
      const client = new AbortController();
      const requests = Array.from({ length: 10 }, () =>
        world.read({ ...reading(world, alice), signal: client.signal }, free),
      );
      await settled();
      assert.deepEqual(world.held(), { slots: 2, waiting: 8, reserved: 0 });
      client.abort();
      hold.resolve();
      const ends = await Promise.allSettled(requests);
      assert.ok(ends.every((end) => end.status === "rejected"));
    }
    assert.deepEqual(world.held(), nothingHeld);
    assert.equal(world.counts.get("assay_admit_vanished_total read"), 1000);
  });
});
