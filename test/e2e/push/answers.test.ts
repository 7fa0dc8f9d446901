import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JobOrder } from "../../../src/flow/job.ts";
import { P_TEXT, R_TEXT } from "../../../src/lanes/groth16/numbers.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import { auditOf } from "../../support/validator/push/audit.ts";
import type { FleetMiner } from "../../support/validator/push/fleet.ts";
import {
  checked,
  fakeProof,
  honest,
  isOf,
  PushWorld,
  pushDir,
  silent,
  trueProof,
  vacate,
} from "../../support/validator/push/world.ts";

// What miners may send in place of a proof, and however many of them come at once: no word of theirs ends the validator.

let world: PushWorld;

before(async () => {
  // Next to nothing but the jobs of customers is verified.
  world = await PushWorld.start(pushDir({ rate: "1/100" }));
});

after(() => world.close());

interface Proof {
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
}
type Answer = { readonly proof: Proof; readonly publicSignals: readonly string[] };

/** A true answer with a change. */
const but =
  (change: (answer: Answer) => object) =>
  (order: JobOrder): string => {
    const answer = JSON.parse(trueProof(order)) as Answer;
    return JSON.stringify({ ...answer, ...change(answer) });
  };
const butProof = (change: (proof: Proof) => object) =>
  but(({ proof }) => ({ proof: { ...proof, ...change(proof) } }));
const text = (json: string) => (): string => json;

/** Garbage by name: what is answered, and what it is found to be. */
const garbage: Readonly<Record<string, readonly [(order: JobOrder) => string | Buffer, string]>> = {
  "a number": [text("5"), "proof_malformed"],
  "a text": [text('"\\ud800\\u0000"'), "proof_malformed"],
  "a list": [text("[[],[]]"), "proof_malformed"],
  "no members": [text("{}"), "proof_malformed"],
  "a prototype": [text('{"__proto__":{"proof":1},"publicSignals":[]}'), "proof_malformed"],
  "no proof": [but(() => ({ proof: null })), "proof_malformed"],
  "numbers as numbers": [butProof(({ pi_a }) => ({ pi_a: pi_a.map(Number) })), "proof_malformed"],
  "a negative number": [butProof(() => ({ pi_a: ["-1", "2", "1"] })), "proof_number_not_canonical"],
  "a huge number": [but(() => ({ publicSignals: ["9".repeat(50_000), "1"] })), "proof_number_not_canonical"],
  "a signal past the field": [
    but(({ publicSignals: [, x] }) => ({ publicSignals: [R_TEXT, x] })),
    "proof_number_out_of_range",
  ],
  "a coordinate past the field": [
    butProof(() => ({ pi_c: [P_TEXT, "2", "1"] })),
    "proof_number_out_of_range",
  ],
  "the point at infinity": [butProof(() => ({ pi_a: ["0", "1", "0"] })), "proof_point_at_infinity"],
  "a point beside the curve": [butProof(() => ({ pi_c: ["1", "1", "1"] })), "proof_point_not_on_curve"],
  "no signals": [but(() => ({ publicSignals: [] })), "proof_signals_wrong_length"],
  "another's proof": [() => trueProof({ input: { x: "12345" } }), "proof_signals_not_bound"],
  "a proof of nothing": [fakeProof, "proof_rejected"],
  "bytes of no text": [() => Buffer.from([0xff, 0xfe, 0x00, 0xc3]), "proof_malformed"],
  "a wall of brackets": [() => Buffer.alloc(60_000, "["), "proof_malformed"],
  "as much as the lane takes": [() => Buffer.alloc(65_000, "7"), "proof_malformed"],
};

/** Answers benchmark jobs truly, and the first job of a customer with garbage; then it waits for what follows. */
function spoiler(make: (order: JobOrder) => string | Buffer) {
  let spoilt = false;
  return (order: JobOrder, miner: FleetMiner): void => {
    if (spoilt) return;
    if (String(order.input.x).length > 20) {
      miner.answer(order.job_id, trueProof(order));
      return;
    }
    spoilt = true;
    const answer = make(order);
    if (typeof answer === "string") miner.answer(order.job_id, answer);
    else miner.answerBinary(order.job_id, answer);
  };
}

test("garbage for a customer is a strike each, and another miner does the job", async () => {
  const jobs = await Promise.all(Object.keys(garbage).map((_, i) => world.queue(String(1000 + i))));
  const found = await Promise.all(
    Object.entries(garbage).map(async ([name, [make]]) => {
      const miner = await world.join(name, spoiler(make));
      await miner.closed();
      const strikes = await world.strikes(miner);
      const codes = strikes.map(({ evidence }) => evidence.verdict.code);
      return [name, miner.closes, codes, (await world.view(miner)).standing];
    }),
  );
  assert.deepEqual(
    found,
    Object.entries(garbage).map(([name, [, code]]) => [name, [4403], [code], "suspended"]),
  );
  const honestMiner = await world.join("Hal", honest(0));
  for (const id of jobs) {
    const { answer, hotkey, input } = await world.jobInState(id, "done");
    assert.equal(hotkey, honestMiner.hotkey);
    assert.deepEqual(checked(input, JSON.stringify(answer)), { outcome: "valid" });
  }
  assert.deepEqual(await world.strikes(honestMiner), []);
  await vacate([honestMiner]);
});

test("a true answer in other words costs nothing, and one longer than the lane takes is a failure and no strike", async () => {
  const miner = await world.join("Una", silent);
  const id = await world.queue("1999");
  const benchmark = await miner.order();
  miner.answer(benchmark.job_id, " ".repeat(70_000) + trueProof(benchmark));
  const order = await miner.order(0, isOf("1999"));
  const { proof, publicSignals } = JSON.parse(trueProof(order)) as Answer;
  const labels = { protocol: "GROTH16", curve: "BN254" };
  const other = { note: 1, public_signals: [], publicSignals, proof: { ...proof, ...labels } };
  miner.answer(order.job_id, JSON.stringify(other));
  const done = await world.jobInState(id, "done");
  assert.deepEqual([done.hotkey, await world.strikes(miner), miner.closes], [miner.hotkey, [], []]);
  await vacate([miner]);
});

test("a frame above the bound ends the stream and is no strike; the job is still the miner's", async () => {
  const miner = await world.join("Max", silent);
  const id = await world.queue("2000");
  const benchmark = await miner.order();
  miner.answer(benchmark.job_id, trueProof(benchmark));
  const order = await miner.order(0, isOf("2000"));
  miner.send(`{"type":"answer","job_id":"${order.job_id}","answer":${"9".repeat(10_000_000)}}`);
  await miner.closed();
  assert.deepEqual(miner.closes, [1009]);
  assert.ok(await miner.join());
  miner.answer(order.job_id, trueProof(order));
  const done = await world.jobInState(order.job_id, "done");
  assert.deepEqual([done.hotkey, done.attempts, id], [miner.hotkey, 1, order.job_id]);
  assert.deepEqual(await world.strikes(miner), []);
  miner.work = honest(0);
  for (const held of miner.orders.filter(({ job_id }) => !miner.settled.has(job_id)))
    miner.answer(held.job_id, trueProof(held));
});

test("the validator stops in good order", async () => {
  assert.equal(await world.validator.stop(), 0, world.validator.stderr());
  assert.deepEqual(recordsOnDisk(world.validator.dataDir).openSamples, []);
  const { open, verdicts } = auditOf(world.validator.dataDir);
  assert.equal(open, 0);
  const codes = verdicts.filter(({ state }) => state === "rejected").map(({ code }) => code);
  assert.deepEqual(
    codes.toSorted(),
    Object.values(garbage)
      .map(([, code]) => code)
      .toSorted(),
  );
  // A leaving miner gives back what it holds, drawn or not.
  const voided = ["suspended", "unsent", "validator_stopped"];
  // A leaving miner gives back what it holds, drawn or not.
  for (const { code, work_id } of verdicts.filter(({ state }) => state === "void"))
    assert.ok(
      world.gaveBack(work_id) ? code === "handler_error" : voided.includes(String(code)),
      `${work_id} ${code}`,
    );
});
