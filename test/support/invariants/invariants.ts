import assert from "node:assert/strict";
import { canonical } from "../../../src/core/canonical.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { Store } from "../../../src/flow/store.ts";
import { periodOf } from "../../../src/flow/weights.ts";
import { assertChain } from "../../conformance/store/fixtures.ts";
import { type Fact, factsOf } from "./facts.ts";
import { type Records, recordsOf } from "./records.ts";

// What must hold of a store's records whatever happened before, given what others have seen of the validator.

/** Checks all of it, at a height; returns what was read. */
export async function assertInvariants(
  store: Store,
  facts: readonly Fact[],
  block: number,
): Promise<Records> {
  const records = await recordsOf(store);
  for (const record of records.epochs) assertChain(record, records.lines.get(record.epoch) ?? []);
  assertAcknowledged(records, facts);
  assertEndedOnce(records);
  assertPaidOnce(records);
  assertStrikes(records);
  assertSuspensions(records, facts, block);
  assertReveals(records, facts);
  await assertVectors(store, facts);
  await assertQueued(store, facts);
  return records;
}

/** Nothing awaits its end any more. */
export function assertEnded({ submissions, openSamples }: Records): void {
  for (const row of submissions.values())
    assert.ok(["accepted", "rejected", "void"].includes(row.state), `${row.receiptId} is ${row.state}`);
  assert.deepEqual([...openSamples], [], "sampled jobs without an end");
}

function assertAcknowledged({ submissions }: Records, facts: readonly Fact[]): void {
  for (const { receiptId, hotkey, challengeId } of factsOf(facts, "acknowledged")) {
    const row = submissions.get(receiptId) ?? assert.fail(`${receiptId} was acknowledged and is gone`);
    assert.deepEqual([row.hotkey, row.challengeId], [hotkey, challengeId]);
  }
}

/** Each draw has a row or is of a job; each has one verdict at most, and a row is decided when the log says so. */
function assertEndedOnce({ draws, verdicts, submissions, sampledJobs, openSamples }: Records): void {
  const ends = new Map<string, string>();
  const jobEnds = new Map<string, number>();
  for (const { receipt_id, work_id, hotkey, state } of verdicts) {
    if (receipt_id === null) {
      const id = `${work_id} ${hotkey}`;
      jobEnds.set(id, (jobEnds.get(id) ?? 0) + 1);
      continue;
    }
    assert.ok(!ends.has(receipt_id), `${receipt_id} ended twice`);
    assert.ok(submissions.has(receipt_id), `${receipt_id} has no row`);
    ends.set(receipt_id, state);
  }
  for (const { receipt_id } of draws) {
    const row = submissions.get(receipt_id) ?? assert.fail(`${receipt_id} was drawn and has no row`);
    assert.equal(row.state, ends.get(receipt_id) ?? "pending", receipt_id);
  }
  for (const [id, ended] of jobEnds)
    assert.ok(ended <= (sampledJobs.get(id) ?? 0), `${id} ended ${ended} times`);
  for (const [id, drawn] of sampledJobs)
    assert.equal(
      (jobEnds.get(id) ?? 0) + (openSamples.has(id) ? 1 : 0),
      drawn,
      `${id} was drawn ${drawn} times`,
    );
}

/** Each work id is accepted at most once, and pays what was accepted and no more. */
function assertPaidOnce({ verdicts, submissions, credits, strikes, miners }: Records): void {
  const accepted = new Set<string>();
  for (const { lane, work_id, state } of verdicts) {
    if (state !== "accepted") continue;
    assert.ok(!accepted.has(`${lane} ${work_id}`), `${work_id} was accepted twice`);
    accepted.add(`${lane} ${work_id}`);
  }
  const due = new Map<string, number>();
  for (const { lane, hotkey, state, weight } of submissions.values())
    if (state === "accepted") due.set(`${lane} ${hotkey}`, (due.get(`${lane} ${hotkey}`) ?? 0) + weight);
  const struck = new Set(strikes.map(({ hotkey }) => hotkey));
  const paid = new Map(credits.map(({ lane, hotkey, weight }) => [`${lane} ${hotkey}`, weight]));
  for (const [key, weight] of paid) assert.ok(weight <= (due.get(key) ?? 0), `${key} was paid ${weight}`);
  for (const [key, weight] of due)
    if (!struck.has(key.split(" ")[1] ?? "")) assert.equal(paid.get(key) ?? 0, weight, `${key} was not paid`);
  assertCounts(submissions, miners);
}

function assertCounts(submissions: Records["submissions"], miners: Records["miners"]): void {
  const rows = [...submissions.values()];
  for (const { hotkey, counts } of miners) {
    const own = rows.filter((row) => row.hotkey === hotkey);
    if (own.length === 0) continue;
    assert.equal(counts.submitted, own.length, `${hotkey} submitted`);
    const rejected = own.filter(({ state }) => state === "rejected").length;
    assert.equal(counts.rejected, rejected, `${hotkey} rejected`);
  }
}

/** Each strike names a drawn answer that the log says was found wrong, and no two the same one. */
function assertStrikes({ strikes, verdicts, submissions, draws }: Records): void {
  const seen = new Set<string>();
  for (const { strikeId, hotkey, evidence } of strikes) {
    const { work_id, receipt_id, draw, answer_sha256 } = evidence;
    assert.ok(!seen.has(`${hotkey} ${work_id}`), `${work_id} struck ${hotkey} twice`);
    seen.add(`${hotkey} ${work_id}`);
    assert.ok(draw.sampled, `${strikeId}: what was not drawn struck`);
    const end = verdicts.find((line) => line.work_id === work_id && line.hotkey === hotkey);
    assert.equal(end?.state, "rejected", `${strikeId} has no verdict`);
    if (receipt_id === null) assert.equal(end?.answer_sha256, answer_sha256);
    else {
      assert.equal(submissions.get(receipt_id)?.answerSha256, answer_sha256);
      assert.ok(draws.some((line) => line.receipt_id === receipt_id));
    }
  }
}

/** A suspension that a strike led to, or that a miner was told of, lasts as long or longer. */
function assertSuspensions({ strikes, suspensions }: Records, facts: readonly Fact[], block: number): void {
  const released = new Set(factsOf(facts, "released").map(({ hotkey }) => hotkey));
  const until = (hotkey: string): number =>
    Math.max(0, ...suspensions.filter((one) => one.hotkey === hotkey).map(({ untilBlock }) => untilBlock));
  const owed = [
    ...strikes.map(({ hotkey, suspendUntil }) => ({ hotkey, untilBlock: suspendUntil ?? 0 })),
    ...factsOf(facts, "suspended"),
  ];
  for (const { hotkey, untilBlock } of owed) {
    if (untilBlock <= block || released.has(hotkey)) continue;
    assert.ok(until(hotkey) >= untilBlock, `${hotkey} is free at ${until(hotkey)}, not ${untilBlock}`);
  }
}

/** A key shows of closed epochs alone, and what was shown stays as it was. */
function assertReveals({ epochs }: Records, facts: readonly Fact[]): void {
  const known = new Map(epochs.map((record) => [record.epoch, record]));
  for (const { epoch, closed_at, revealed_key } of epochs)
    assert.equal(closed_at === null, revealed_key === null, `key of epoch ${epoch}`);
  for (const { epoch, key, head, length } of factsOf(facts, "revealed")) {
    const record = known.get(epoch) ?? assert.fail(`epoch ${epoch} is gone`);
    assert.deepEqual([record.revealed_key, record.log_head, record.log_length], [key, head, length]);
  }
}

/** One vector per period was ever signed; the one on record is that one, and the chain was sent no other weights. */
async function assertVectors(store: Store, facts: readonly Fact[]): Promise<void> {
  const signed = new Map<number, string>();
  for (const { period, sha256 } of factsOf(facts, "signed")) {
    assert.equal(signed.get(period) ?? sha256, sha256, `two vectors of period ${period} were signed`);
    signed.set(period, sha256);
  }
  for (const [period, sha256] of signed) {
    const vector = await store.vector(period);
    if (vector === null) continue;
    assert.equal(periodOf(vector), period);
    const { signature: _, ...intent } = vector;
    assert.equal(sha256Hex(canonical(intent)), sha256, `the vector of period ${period} was never signed`);
  }
  const sent = new Map<number, string>();
  for (const { period, rows } of factsOf(facts, "sent")) {
    const text = canonical(rows);
    assert.equal(sent.get(period) ?? text, text, `two weights of period ${period} were sent`);
    sent.set(period, text);
  }
}

async function assertQueued(store: Store, facts: readonly Fact[]): Promise<void> {
  for (const { jobId } of factsOf(facts, "queued"))
    assert.ok(await store.customerJob(jobId), `the customer's job ${jobId} is gone`);
}
