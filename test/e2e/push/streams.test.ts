import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import { until } from "../../support/until.ts";
import { auditOf } from "../../support/validator/push/audit.ts";
import type { FleetMiner } from "../../support/validator/push/fleet.ts";
import {
  eventually,
  honest,
  PushWorld,
  pushDir,
  resume,
  silent,
  trueProof,
  vacate,
} from "../../support/validator/push/world.ts";

// What a stream may and may not say, and what it costs to be late: words out of turn are told so and never strike.

let world: PushWorld;
/** Has an answer to everything. */
let hal: FleetMiner;
let eve: FleetMiner;

before(async () => {
  // All is verified: so a deadline is known after 50 answers.
  world = await PushWorld.start(pushDir({ rate: "1" }));
  hal = await world.join("Hal", honest(1));
  eve = await world.join("Eve", silent);
});

after(() => world.close());

const noJob = `jb_${"0".repeat(32)}`;
const deep = `{"type":"answer","id":"deep","job_id":"${noJob}","answer":${"[".repeat(17)}${"]".repeat(17)}}`;

/** A binary frame whose header states this length. */
function headed(length: number, rest: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length);
  return Buffer.concat([head, Buffer.from(rest)]);
}

test("words out of turn are answered with their error, and strike nobody", async () => {
  const { job_id } = await eve.order();
  const expected: readonly (readonly [object | string | Buffer, string | null, string])[] = [
    [{ type: "answer", id: "unsolicited", job_id: noJob, answer: {} }, "unsolicited", "job_unknown"],
    [{ type: "fail", id: "unsolicited fail", job_id: noJob, code: "x" }, "unsolicited fail", "job_unknown"],
    [{ type: "answer", id: "no id", job_id: "jb_1", answer: {} }, "no id", "bad_frame"],
    [{ type: "answer", id: "no answer", job_id, answer: null }, "no answer", "bad_frame"],
    [{ type: "fail", id: "no word", job_id, code: "a b" }, "no word", "bad_frame"],
    [{ type: "hello", id: "again", lanes: ["groth16"], capacity: 9 }, "again", "hello_again"],
    [{ type: "solve", id: "other" }, "other", "unknown_type"],
    ["{", null, "bad_json"],
    ["[]", null, "bad_frame"],
    [deep, null, "too_deep"],
    [headed(5000, "{}"), null, "too_large"],
    [headed(7, `{"a":1}`), null, "bad_frame"],
    [headed(2, "{}answer"), null, "bad_frame"],
    [Buffer.alloc(0), null, "bad_frame"],
  ];
  for (const [frame] of expected) eve.send(frame);
  await until(() => eve.errors.length === expected.length);
  assert.deepEqual(
    eve.errors.map(({ re, code }) => [re, code]),
    expected.map(([, re, code]) => [re, code]),
  );
  assert.ok(eve.isOpen);
});

test("a job is answered once, and by the miner that has it, whichever way the bytes come", async () => {
  const order = await eve.order();
  hal.send({ type: "answer", id: "foreign", job_id: order.job_id, answer: {} });
  assert.equal(await hal.errorAbout("foreign"), "job_not_yours");
  await eve.trickle(`{"type":"answer","job_id":"${order.job_id}","answer":${trueProof(order)}}`);
  eve.settled.add(order.job_id);
  const next = await eve.order(1);
  eve.answer(order.job_id, trueProof(order));
  assert.equal(await eve.errorAbout(order.job_id), "job_already_answered");
  eve.answerBinary(next.job_id, trueProof(next));
  await world.credited(eve, 2);
  const { job_id } = await eve.order(2);
  eve.giveBack(job_id, "no_prover");
  // It rests for a second before it is handed another.
  const { job_id: other } = await eve.order(3);
  assert.notEqual(other, job_id);
  const { counts, standing, strikes } = await world.view(eve);
  assert.deepEqual(
    [counts, standing, strikes],
    [{ submitted: 2, accepted: 2, rejected: 0, void: 1 }, "active", 0],
  );
});

test("a miner that makes no sense a hundred times a minute is shown out, and may come back", async () => {
  const fool = await world.join("Fool", silent);
  for (let n = 0; n < 200; n++) fool.send(`nonsense ${n}`);
  await fool.closed();
  assert.deepEqual(fool.closes, [1008]);
  assert.equal(fool.errors.length, 101);
  assert.equal(fool.errors.at(-1)?.code, "too_many_faults");
  assert.ok(await fool.join());
  assert.deepEqual(await world.strikes(fool), []);
  fool.leave();
});

test("a job that is not answered in time goes to another miner; what comes then is too late", async () => {
  await world.credited(hal, 60);
  await eventually(async () => (hal.orders.at(-1)?.deadline_ms ?? 180_000) < 180_000);
  const late = world.miner("Late", silent);
  await vacate([hal, eve]);
  const id = await world.handTo(late, "31");
  await resume([hal, eve], 1);
  const done = await world.jobInState(id, "done");
  assert.equal(done.attempts, 2);
  assert.ok(done.hotkey === hal.hotkey || done.hotkey === eve.hotkey);
  late.answer(id, trueProof({ input: { x: "31" } }));
  assert.ok(["job_already_answered", "job_unknown"].includes(await late.errorAbout(id)));
  // The deadline cost it a debit and a rest, and nothing else.
  await late.order(1);
  assert.deepEqual(await world.strikes(late), []);
  assert.deepEqual(await world.job(id), done);
  await late.close();
});

test("a new stream takes over from the old, and answers what came over it", async () => {
  const twin = world.miner("Twin", silent);
  await vacate([hal, eve]);
  const id = await world.handTo(twin, "32");
  const second = world.miner("Twin", honest(1));
  assert.ok(await second.join());
  await twin.closed();
  assert.deepEqual(twin.closes, [4409]);
  second.answer(id, trueProof({ input: { x: "32" } }));
  const done = await world.jobInState(id, "done");
  assert.deepEqual([done.hotkey, done.attempts], [second.hotkey, 1]);
  await second.close();
  await eventually(async () => (await world.dispatch()).streams === 0);
});

/** Stages at which a connection is cut. */
const stages: readonly ((miner: FleetMiner) => unknown)[] = [
  (miner) => void miner.dial(),
  (miner) => miner.dial(),
  (miner) => miner.join(),
  async (miner) => {
    if (await miner.join()) await until(() => miner.held > 0 || !miner.isOpen);
  },
];

/** Comes and goes ten times, and keeps the job that it was sent at one of them. */
async function flicker(miner: FleetMiner, index: number): Promise<void> {
  for (let n = 0; n < 10; n++) {
    await stages[(index + n) % stages.length]?.(miner);
    miner.cut();
  }
}

/** Stays, answers what it still has, and works on. */
async function settle(miner: FleetMiner): Promise<void> {
  while (!(await miner.join())) await sleep(25);
  miner.work = honest(1);
  for (const order of miner.orders) honest(1)(order, miner);
}

test("a storm of a thousand connections, cut at every stage, leaves nothing behind", async () => {
  // A job that was sent into a connection that broke is free again at its deadline; that one is short by now.
  await resume([hal], 1);
  const fleet = Array.from({ length: 100 }, (_, i) => world.miner(`storm ${i}`, silent));
  await Promise.all(fleet.map(flicker));
  const refused = new Set(fleet.flatMap(({ refusals }) => refusals.map(({ code }) => code)));
  for (const code of refused) assert.ok(["busy", "too_many_streams"].includes(code), code);
  const { accepted } = (await world.view(hal)).counts;
  await Promise.all(fleet.map(settle));
  await eventually(async () => (await world.dispatch()).streams === fleet.length + 1);
  await until(() => fleet.every(({ settled }) => settled.size > 3));
  await world.credited(hal, accepted + 10);
  // On a loaded machine one may come back later than the grace, and be out for that; no storm makes a cheat.
  assert.ok((await world.skiplist()).every(({ kind }) => kind === "unreachable"));
  const told = new Set(fleet.flatMap(({ errors }) => errors.map(({ code }) => code)));
  for (const code of told) assert.ok(["job_already_answered", "job_unknown"].includes(code), code);
  for (const miner of fleet) miner.leave();
  await eventually(async () => (await world.dispatch()).streams === 1);
  assert.ok(hal.isOpen);
  assert.equal((await fetch(`${world.url}/readyz`)).status, 200);
});

test("on record are debits, and no strike", async () => {
  assert.equal(await world.validator.stop(), 0, world.validator.stderr());
  const { work, openSamples } = recordsOnDisk(world.validator.dataDir);
  const debitOf = (hotkey: string) =>
    work.filter((row) => row.hotkey === hotkey).reduce((sum, { debit }) => sum + debit, 0);
  const late = world.miner("Late", silent).hotkey;
  assert.ok(debitOf(late) > 0);
  assert.deepEqual(openSamples, []);
  const { verdicts, open } = auditOf(world.validator.dataDir);
  assert.equal(open, 0);
  assert.deepEqual(
    verdicts.filter(({ state }) => state === "rejected"),
    [],
  );
  const codes = new Set(verdicts.filter(({ state }) => state === "void").map(({ code }) => code));
  for (const code of ["handler_error", "timeout"]) assert.ok(codes.has(code), code);
});
