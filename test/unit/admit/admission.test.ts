import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { idempotencyKey } from "../../../src/admit/record.ts";
import { sha256 } from "../../../src/core/hash.ts";
import { isReceiptId } from "../../../src/core/ids.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import {
  AdmissionWorld,
  alice,
  drawOf,
  epoch,
  forged,
  nothingHeld,
  others,
  ownId,
  settled,
} from "../../support/admit/world.ts";
import { problemOf } from "../../support/thrown.ts";

const [bob = assert.fail()] = others;
const slow = { burst: 2, perSecond: 0.001 };

describe("Admission.submit", () => {
  it("admits an answer with all that is known of it, and passes its reservation on", async () => {
    const world = new AdmissionWorld();
    const handed: (() => void)[] = [];
    world.handOver = (_, reservation) => handed.push(() => reservation.release());
    const letter = world.letter(alice, "s SATISFIABLE\nv 1 0");
    const { kind, submission } = await world.submit(letter);
    assert.equal(kind, "admitted");
    const { receiptId, ...row } = submission;
    assert.ok(isReceiptId(receiptId));
    const answerHash = sha256("s SATISFIABLE\nv 1 0");
    assert.deepEqual(row, {
      lane: "sat",
      hotkey: alice.hotkey,
      challengeId: ownId(alice),
      epoch,
      tier: 1,
      seq: 0,
      answer: letter.body.answer,
      answerSha256: answerHash.toString("hex"),
      weight: 1,
      receivedAt: world.nowMs,
      block: 1000,
      draw: drawOf("sat", alice.hotkey, ownId(alice), epoch),
      sampled: true,
      state: "pending",
      code: null,
      tries: 0,
      decidedAt: null,
    });
    assert.deepEqual(
      [...world.recorded.keys()],
      [idempotencyKey("sat", alice.hotkey, ownId(alice), answerHash)],
    );
    assert.deepEqual(world.admitted, [submission]);
    assert.deepEqual(world.held(), { ...nothingHeld, reserved: 1 });
    for (const release of handed) release();
    assert.deepEqual(world.held(), nothingHeld);
  });

  it("records an answer of the most bytes that the lane allows, and of one more nothing", async () => {
    const world = new AdmissionWorld();
    const problem = await problemOf(() => world.submit(world.letter(alice, "v".repeat(1001))));
    assert.deepEqual(problem, { code: "answer_too_large", limit_bytes: 1000 });
    assert.equal(world.recorded.size, 0);
    assert.deepEqual(world.held(), nothingHeld);
    assert.equal((await world.submit(world.letter(alice, "v".repeat(1000)))).kind, "admitted");
  });

  it("returns what it repeats, and keeps no reservation for it", async () => {
    const world = new AdmissionWorld();
    const first = await world.submit(world.letter(alice));
    world.reserved = 0;
    const again = await world.submit(world.letter(alice));
    assert.deepEqual(again, { kind: "replay", submission: first.submission });
    assert.equal(world.admitted.length, 1);
    assert.deepEqual(world.held(), nothingHeld);
    assert.equal(world.counts.get("assay_admit_submissions_total sat admitted"), 1);
    assert.equal(world.counts.get("assay_admit_submissions_total sat replay"), 1);
  });

  it("measures every stage once", async () => {
    const world = new AdmissionWorld();
    await world.submit(world.letter(alice));
    for (const stage of ["recognise", "gate", "signature", "record"]) {
      assert.equal(world.counts.get(`assay_admit_stage_seconds ${stage}`), 1, stage);
    }
  });

  it("verifies the signature of a recognised answer before those of reads, which anybody can send", async () => {
    const world = new AdmissionWorld();
    await world.submit(world.letter(alice));
    await world.read(world.letter(alice), { allowSuspended: true });
    assert.deepEqual(world.tasks, ["signature", "claim"]);
  });

  it("keeps the promise of a durable row when verification does not take it", async () => {
    const world = new AdmissionWorld();
    world.handOver = () => {
      throw new Error("no room");
    };
    assert.equal((await world.submit(world.letter(alice))).kind, "admitted");
    assert.deepEqual(world.logged, ["hand_over_failed"]);
    assert.deepEqual(world.held(), nothingHeld);
  });

  for (const [code, problem] of [
    ["already_solved", { challenge_id: ownId(alice) }],
    ["already_answered", { challenge_id: ownId(alice) }],
    ["attempts_exhausted", { challenge_id: ownId(alice), max_attempts: 3 }],
    ["epoch_expired", { epoch, current: epoch + 2 }],
  ] as const) {
    it(`says ${code} when the store does`, async () => {
      const world = new AdmissionWorld();
      const letter = world.letter(alice);
      world.storeAnswer = () => ({ kind: "refused", code });
      world.before.record = async () => {
        world.nowMs += 2 * 3_600_000;
      };
      assert.deepEqual(await problemOf(() => world.submit(letter)), { code, ...problem });
      assert.deepEqual(world.held(), nothingHeld);
      assert.equal(world.counts.get(`assay_admit_refusals_total submit ${code}`), 1);
    });
  }

  it("passes the store's own refusal on, with nothing held", async () => {
    const world = new AdmissionWorld();
    world.before.record = () =>
      Promise.reject(new AssayError({ code: "store_unavailable", retry_after_s: 2 }));
    const problem = await problemOf(() => world.submit(world.letter(alice)));
    assert.deepEqual(problem, { code: "store_unavailable", retry_after_s: 2 });
    assert.deepEqual(world.held(), nothingHeld);
  });

  it("does not blame the miner when the pool fails", async () => {
    const world = new AdmissionWorld();
    world.before.signature = () => Promise.reject(new Error("worker lost"));
    assert.deepEqual(await problemOf(() => world.submit(world.letter(alice))), { code: "internal" });
    assert.deepEqual(world.logged, ["signature_unchecked"]);
    assert.deepEqual(world.held(), nothingHeld);
    world.before.signature = () =>
      Promise.reject(new AssayError({ code: "shutting_down", retry_after_s: 1 }));
    assert.equal((await problemOf(() => world.submit(world.letter(alice)))).code, "shutting_down");
  });

  it("a suspension ends at its block", async () => {
    const world = new AdmissionWorld();
    world.suspendedUntil = 1001;
    const problem = await problemOf(() => world.submit(world.letter(alice)));
    assert.deepEqual(problem, { code: "suspended", hotkey: alice.hotkey, until_block: 1001 });
    world.block = 1001;
    assert.equal((await world.submit(world.letter(alice))).kind, "admitted");
  });

  it("rejects a signature over another body", async () => {
    const world = new AdmissionWorld();
    const letter = { ...world.letter(alice), rawBody: Buffer.from("{}") };
    assert.deepEqual(await problemOf(() => world.submit(letter)), { code: "bad_signature" });
  });
});

describe("limits by caller", () => {
  it("forged requests spend nothing of the hotkey that they name", async () => {
    const world = new AdmissionWorld({ perHotkey: slow });
    for (let n = 0; n < 100; n++) {
      const problem = await problemOf(() => world.submit(forged(world.letter(alice, "f", "198.51.100.1"))));
      assert.equal(problem.code, "bad_signature");
    }
    for (const answer of ["one", "two"]) {
      assert.equal((await world.submit(world.letter(alice, answer))).kind, "admitted");
    }
    assert.equal((await problemOf(() => world.submit(world.letter(alice, "three")))).code, "rate_limited");
  });

  it("says in whole seconds when a hotkey and an address may come back, and admits them then", async () => {
    const world = new AdmissionWorld({ perHotkey: { burst: 1, perSecond: 0.4 } });
    await world.submit(world.letter(alice, "one"));
    const problem = await problemOf(() => world.submit(world.letter(alice, "two")));
    assert.deepEqual(problem, { code: "rate_limited", retry_after_s: 3 });
    world.skippedMs += 3000;
    assert.equal((await world.submit(world.letter(alice, "two"))).kind, "admitted");

    const narrow = new AdmissionWorld({ perIpPerMin: 1 });
    await narrow.submit(narrow.letter(alice, "one"));
    const refused = await problemOf(() => narrow.submit(narrow.letter(bob, "one")));
    assert.deepEqual(refused, { code: "ip_rate_limited", retry_after_s: 60 });
    assert.equal((await narrow.submit(narrow.letter(bob, "one", "192.0.2.2"))).kind, "admitted");
    narrow.skippedMs += 60_000;
    assert.equal((await narrow.submit(narrow.letter(bob, "two"))).kind, "admitted");
  });

  it("a hotkey that floods takes a quarter of the slots, and the others get in", async () => {
    const world = new AdmissionWorld({ gate: { slots: 8, waitMs: 60_000, queue: 16 } });
    const hold = Promise.withResolvers<void>();
    world.before.signature = () => hold.promise;
    const gone = new AbortController();
    const flood = Array.from({ length: 50 }, (_, n) =>
      world.submit({ ...world.letter(alice, `flood ${n}`), signal: gone.signal }).catch(() => {}),
    );
    await settled();
    assert.deepEqual(world.held(), { slots: 2, waiting: 2, reserved: 2 });
    const modest = others.slice(0, 6).map((miner) => world.submit(world.letter(miner)));
    await settled();
    assert.equal(world.held().slots, 8);
    hold.resolve();
    for (const end of await Promise.all(modest)) assert.equal(end.kind, "admitted");
    await Promise.all(flood);
  });
});
