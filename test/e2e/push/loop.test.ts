import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sha256Hex } from "../../../src/core/hash.ts";
import { isJobId, type JobOrder } from "../../../src/flow/job.ts";
import type { Readiness } from "../../../src/http/handlers.ts";
import { fetched } from "../../support/documents.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import { auditOf } from "../../support/validator/push/audit.ts";
import type { FleetMiner } from "../../support/validator/push/fleet.ts";
import {
  checked,
  eventually,
  fakeProof,
  honest,
  isOf,
  KIND,
  PushWorld,
  pushDir,
  trueProof,
} from "../../support/validator/push/world.ts";

// The push lane from end to end: a validator process, miners on streams, customers, a cheat, and what is on record after it.

const TEMPOS_OUT = 20;
const TEMPO = 360;

let world: PushWorld;
let workers: FleetMiner[];
let cheat: FleetMiner;
/** Jobs that the cheat faked. */
const faked = new Set<string>();

before(async () => {
  world = await PushWorld.start(pushDir({ rate: "1/4" }));
  const names = ["Ada", "Ben", "Cyd", "Dan"];
  workers = await Promise.all(names.map((name) => world.join(name, honest(10))));
});

after(() => world.close());

test("honest miners are kept busy alike, are credited, and show in the status", async () => {
  await Promise.all(workers.map((miner) => world.credited(miner, 120)));
  const { miners, streams, ceiling } = await world.dispatch();
  assert.deepEqual([miners, streams, ceiling], [4, 4, null]);
  await eventually(async () => (await world.dispatch()).in_flight > 0);
  const counts = workers.map(({ orders }) => orders.length);
  assert.ok(Math.min(...counts) * 2 > Math.max(...counts), `shares of ${counts}`);
  for (const miner of workers) {
    const { standing, counts, strikes } = await world.view(miner);
    assert.deepEqual([standing, strikes, counts.rejected, counts.void], ["active", 0, 0, 0]);
    assert.deepEqual(miner.errors, []);
    assert.equal(new Set(miner.orders.map(({ job_id }) => job_id)).size, miner.orders.length);
  }
});

test("a canary is part of readiness", async () => {
  const canary = async () =>
    (await fetched<Readiness>(world.url, "/readyz")).checks.find(({ name }) => name === "canary");
  assert.deepEqual(await canary(), { name: "canary", ok: true });
  await eventually(
    async () => (await world.metric("assay_canaries_detected_total", { lane: "groth16" })) > 0,
  );
  assert.equal(await world.metric("assay_canaries_undetected_total"), 0);
});

/** Member names, their order and the types of their values. */
const shapeOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null
    ? Object.entries(value).map(([name, member]) => [name, shapeOf(member)])
    : typeof value;

test("a customer's job is taken once, looks like any other to the miner, and ends with an answer that verifies", async () => {
  const x = `9${"1".repeat(75)}`;
  const { status, document: job } = await world.putJob(x);
  assert.equal(status, 202);
  assert.deepEqual([job.state, job.lane, job.kind, job.input], ["queued", "groth16", KIND, { x }]);
  const again = await world.putJob(x);
  assert.deepEqual([again.status, again.document.job_id], [200, job.job_id]);
  const other = await world.putJob("8", job.client_key);
  assert.equal(other.status, 409);
  assert.equal((other.document as unknown as { code: string }).code, "job_conflict");

  const done = await world.jobInState(job.job_id, "done");
  assert.deepEqual([done.attempts, done.code, done.input], [1, null, { x }]);
  assert.ok((done.ended_at ?? 0) >= done.created_at);
  assert.deepEqual(checked({ x }, JSON.stringify(done.answer)), { outcome: "valid" });
  const worker = workers.find(({ hotkey }) => hotkey === done.hotkey) ?? assert.fail(`${done.hotkey}`);
  const order = await worker.order(0, isOf(x));
  const benchmark = worker.orders.find(({ job_id }) => job_id !== job.job_id) ?? assert.fail();
  assert.deepEqual(shapeOf(order), shapeOf(benchmark));
  assert.ok(isJobId(benchmark.job_id) && order.job_id === job.job_id);
  const deadlines = worker.orders.map(({ deadline_ms }) => deadline_ms);
  assert.ok(deadlines.includes(order.deadline_ms) && order.kind === benchmark.kind);
  const replay = await world.putJob(x);
  assert.deepEqual([replay.status, replay.document], [200, done]);
});

test("a customer's mistakes are refused by name", async () => {
  const codes = await Promise.all(
    ["-1", "0x10", "9".repeat(78), "01"].map(async (x) => {
      const { status, document } = await world.putJob(x);
      return [status, (document as unknown as { code: string }).code];
    }),
  );
  assert.deepEqual(codes, Array(4).fill([422, "invalid_request"]));
});

/** Every third answer is a fake. */
function cheatingWork() {
  let answers = 0;
  return (order: JobOrder, miner: FleetMiner): void => {
    const isFake = ++answers % 3 === 0;
    if (isFake) faked.add(order.job_id);
    setTimeout(() => miner.answer(order.job_id, (isFake ? fakeProof : trueProof)(order)), 20);
  };
}

test("a miner that fakes every third proof is out at the first that is caught, with evidence that anyone can check", async () => {
  cheat = await world.join("Mallory", cheatingWork());
  await cheat.closed();
  assert.deepEqual(cheat.closes, [4403]);
  const [strike, ...more] = (await world.strikes(cheat)).toSorted((a, b) => a.at - b.at);
  const { evidence, suspended_until: until, block, lane } = strike ?? assert.fail("no strike");
  assert.deepEqual([lane, until], ["groth16", block + TEMPOS_OUT * TEMPO]);
  assert.ok(more.length <= 1, "at most what was under way");
  const { exhibit, draw, verdict, work_id, receipt_id, answer_sha256, checker } = evidence;
  assert.deepEqual(
    [verdict, receipt_id, checker],
    [{ outcome: "invalid", code: "proof_rejected" }, null, "groth16/1"],
  );
  assert.ok(faked.has(work_id) && exhibit !== undefined);
  assert.deepEqual([draw.work_id, draw.hotkey, draw.sampled], [work_id, cheat.hotkey, true]);
  assert.deepEqual(exhibit.input, (await cheat.order(0, ({ job_id }) => job_id === work_id)).input);
  assert.equal(sha256Hex(exhibit.answer), answer_sha256);
  assert.deepEqual(checked(exhibit.input, exhibit.answer), verdict);

  assert.equal(await cheat.join(), false);
  assert.deepEqual(
    cheat.refusals.map(({ status, code, until_block }) => [status, code, until_block]),
    [[403, "suspended", until]],
  );
  const { standing, strikes, until_block } = await world.view(cheat);
  assert.deepEqual([standing, strikes, until_block], ["suspended", 1 + more.length, until]);
});

test("the honest go on untouched", async () => {
  const before = await Promise.all(workers.map((miner) => world.view(miner)));
  await Promise.all(workers.map((miner, i) => world.credited(miner, (before[i]?.counts.accepted ?? 0) + 20)));
  for (const miner of workers) {
    const { standing, strikes, counts } = await world.view(miner);
    assert.deepEqual(
      [standing, strikes, counts.rejected, miner.errors, miner.isOpen],
      ["active", 0, 0, [], true],
    );
  }
});

test("a validator that is told to stop takes what is out, says goodbye, and exits 0", async () => {
  assert.equal(await world.validator.stop(), 0, world.validator.stderr());
  await Promise.all(workers.map((miner) => miner.closed()));
  for (const { closes, held } of workers) assert.deepEqual([closes, held], [[1001], 0]);
});

test("what is on record: each answer counted once, each sampled draw with its verdict, each draw one that the secret gives", () => {
  const dir = world.validator.dataDir;
  const { miners, openSamples, work, customerJobs } = recordsOnDisk(dir);
  assert.deepEqual(openSamples, []);
  const rowOf = (miner: FleetMiner) => miners.find(({ hotkey }) => hotkey === miner.hotkey) ?? assert.fail();
  const resultsOf = (miner: FleetMiner) =>
    work.filter(({ hotkey }) => hotkey === miner.hotkey).reduce((sum, { results }) => sum + results, 0);
  for (const miner of workers) {
    const answers = miner.settled.size;
    assert.deepEqual(
      { ...rowOf(miner) },
      {
        ...{ hotkey: miner.hotkey, submitted: answers, accepted: answers, rejected: 0, void: 0 },
      },
    );
    assert.equal(resultsOf(miner), answers);
    assert.ok(
      work.some(
        ({ hotkey, verified, unverified }) => hotkey === miner.hotkey && verified > 0 && unverified > 0,
      ),
    );
  }
  assert.ok(
    work.every(({ hotkey, unverified }) => hotkey !== cheat.hotkey || unverified === 0),
    "forfeited",
  );
  assert.deepEqual(
    customerJobs.map(({ state, attempts }) => [state, attempts]),
    [["done", 1]],
  );

  const { draws, verdicts, open } = auditOf(dir);
  assert.equal(open, 0);
  const at = (miner: string, job: string): string => `${miner} ${job}`;
  const drawn = new Set(draws.map(({ hotkey, jobId }) => at(hotkey, jobId)));
  const sent = [...workers, cheat].flatMap(({ hotkey, orders }) =>
    orders.map(({ job_id }) => at(hotkey, job_id)),
  );
  assert.equal(drawn.size, draws.length, "no job is drawn twice for a miner");
  assert.deepEqual(
    sent.filter((job) => !drawn.has(job)),
    [],
    "no job is sent without a draw on record",
  );
  const sentOnes = new Set(sent);
  const shares = draws.filter((draw) => draw.class === "lane");
  const share = shares.filter(({ sampled }) => sampled).length / shares.length;
  assert.ok(share > 0.15 && share < 0.35, `${share} of ${shares.length} sampled`);
  assert.deepEqual(
    draws.filter((draw) => draw.class !== "lane").map((draw) => draw.class),
    ["customer"],
  );
  for (const { hotkey, work_id, state, verified } of verdicts) {
    const isFake = faked.has(work_id) && hotkey === cheat.hotkey;
    if (verified) assert.equal(state, isFake ? "rejected" : "accepted", work_id);
    else {
      assert.equal(state, "void", work_id);
      const isWithdrawn = hotkey === cheat.hotkey || !sentOnes.has(at(hotkey, work_id));
      assert.ok(isWithdrawn, "by the suspension, or before it was sent");
    }
  }
  assert.equal(rowOf(cheat).rejected, verdicts.filter(({ state }) => state === "rejected").length);
});
