import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AdmissionWorld, alice, nothingHeld, others, settled } from "../../support/admit/world.ts";
import { problemOf } from "../../support/thrown.ts";

describe("clients that vanish", () => {
  const clients = 1000;

  /** Sends in rounds that the gate can hold; each round vanishes while all of it stands at the stage. */
  async function vanishAt(stage: "recognise" | "signature" | "record", world: AdmissionWorld) {
    const ends: PromiseSettledResult<unknown>[] = [];
    for (let sent = 0; sent < clients; sent += 8) {
      const hold = Promise.withResolvers<void>();
      world.before[stage] = () => hold.promise;
      const client = new AbortController();
      const letters = others.map((miner) => world.letter(miner, `answer ${sent}`));
      const requests = letters.map((letter) => world.submit({ ...letter, signal: client.signal }));
      await settled();
      client.abort();
      hold.resolve();
      ends.push(...(await Promise.allSettled(requests)));
    }
    assert.equal(ends.length, clients);
    return ends.filter((end) => end.status === "rejected").map((end) => end.reason);
  }

  const wide = {
    perIpPerMin: 1e6,
    perHotkey: { burst: 1e6, perSecond: 1 },
    gate: { slots: 32, waitMs: 60_000, queue: 16 },
  };
  for (const stage of ["recognise", "signature"] as const) {
    it(`${clients} of them during ${stage} leave nothing behind`, async () => {
      const world = new AdmissionWorld(wide);
      const reasons = await vanishAt(stage, world);
      assert.equal(reasons.length, clients);
      assert.ok(reasons.every((reason) => reason instanceof DOMException && reason.name === "AbortError"));
      assert.deepEqual(world.held(), nothingHeld);
      assert.equal(world.recorded.size, 0);
      assert.equal(world.counts.get("assay_admit_vanished_total submit"), clients);
    });
  }

  it(`${clients} of them while the row is written are admitted all the same`, async () => {
    const world = new AdmissionWorld(wide);
    world.handOver = (_, reservation) => reservation.release();
    assert.deepEqual(await vanishAt("record", world), []);
    assert.equal(world.admitted.length, clients);
    assert.deepEqual(world.held(), nothingHeld);
  });

  it(`${clients} of them in the queue of the gate leave nothing behind`, async () => {
    const world = new AdmissionWorld({ ...wide, gate: { slots: 8, waitMs: 60_000, queue: 512 } });
    const hold = Promise.withResolvers<void>();
    world.before.signature = () => hold.promise;
    const holders = others.map((miner) => world.submit(world.letter(miner)));
    for (let sent = 0; sent < clients; sent += 50) {
      const client = new AbortController();
      const letters = Array.from({ length: 50 }, (_, n) => world.letter(alice, `answer ${sent + n}`));
      const requests = letters.map((letter) => world.submit({ ...letter, signal: client.signal }));
      await settled();
      assert.deepEqual(world.held(), { slots: 8, waiting: 50, reserved: 8 });
      client.abort();
      const ends = await Promise.allSettled(requests);
      assert.ok(ends.every((end) => end.status === "rejected" && end.reason === client.signal.reason));
      assert.deepEqual(world.held(), { slots: 8, waiting: 0, reserved: 8 });
    }
    hold.resolve();
    await Promise.all(holders);
    assert.deepEqual(world.held(), { ...nothingHeld, reserved: 8 });
    assert.equal(world.counts.get("assay_admit_vanished_total submit"), clients);
  });

  it("a backlog that fills while one waits for its slot refuses, and nothing stays held", async () => {
    const world = new AdmissionWorld({ gate: { slots: 1, waitMs: 60_000, queue: 8 } });
    const hold = Promise.withResolvers<void>();
    world.before.signature = () => hold.promise;
    const [first = alice, second = alice] = others;
    const holder = world.submit(world.letter(first));
    await settled();
    const waiter = problemOf(() => world.submit(world.letter(second)));
    await settled();
    world.backlogFull = true;
    hold.resolve();
    assert.equal((await holder).kind, "admitted");
    assert.equal((await waiter).code, "verify_backlog");
    assert.deepEqual(world.held(), { ...nothingHeld, reserved: 1 });
    assert.equal(world.recorded.size, 1);
  });

  it("one that is gone before it is looked at takes no token of its hotkey", async () => {
    const world = new AdmissionWorld({ perHotkey: { burst: 1, perSecond: 0.001 } });
    const letter = { ...world.letter(alice), signal: AbortSignal.abort("gone") };
    await assert.rejects(world.submit(letter), (reason) => reason === "gone");
    await assert.rejects(
      world.admission.authenticate(letter, { allowSuspended: true }),
      (reason) => reason === "gone",
    );
    assert.equal((await world.submit(world.letter(alice))).kind, "admitted");
  });
});
