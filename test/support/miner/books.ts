import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { ValidatorReply } from "../../../src/miner/client.ts";
import { ended, receiptIn, submit } from "../lanes/sat/answers.ts";
import type { RecordsOnDisk, SubmissionRow } from "../store/recordsOnDisk.ts";
import type { StubbornMiner } from "./stubborn.ts";

/** The reply once it is no request to come back later: checks of one miner can fill the queue of verification for another. */
async function insisted(send: () => Promise<ValidatorReply>): Promise<ValidatorReply> {
  for (;;) {
    const reply = await send();
    if (reply.code !== "verify_backlog") return reply;
    await sleep(50);
  }
}

/** Follows every acknowledged receipt to its end, and submits its answer once more. */
export async function checkReplies(miner: StubbornMiner): Promise<void> {
  for (const { challengeId, answer, isRight, receipt } of miner.acknowledged) {
    const end = await ended(miner.client, receipt.receipt_id);
    assert.deepEqual(
      [end.receipt_id, end.challenge_id, end.answer_sha256, end.received_at],
      [receipt.receipt_id, challengeId, receipt.answer_sha256, receipt.received_at],
    );
    const { state, verdict } = end;
    if (!isRight) assert.deepEqual([state, verdict?.code], ["rejected", "solution_unsatisfied"]);
    else if (state === "void") assert.equal(verdict?.code, "already_solved");
    else assert.equal(state, "accepted");
    const again = await insisted(() => submit(miner.client, challengeId, answer));
    assert.equal(again.status, 200, again.text);
    assert.equal(receiptIn(again).receipt_id, receipt.receipt_id);
  }
}

interface MinerCounts {
  readonly hotkey: string;
  readonly counts: {
    readonly submitted: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly void: number;
  };
}

/** What the validator counted is at least what this miner saw: an answer may be recorded whose 202 was never sent. */
export async function checkCounts(miner: StubbornMiner): Promise<void> {
  const { text } = await miner.client.get("/v1/miners");
  const { items } = JSON.parse(text) as { items: MinerCounts[] };
  const { counts } = items.find(({ hotkey }) => hotkey === miner.client.keypair.hotkey) ?? assert.fail(text);
  const seen = new Map(miner.acknowledged.map(({ receipt, isRight }) => [receipt.receipt_id, isRight]));
  const rights = [...seen.values()].filter((isRight) => isRight).length;
  assert.ok(counts.submitted >= seen.size, `${counts.submitted} of ${seen.size}`);
  assert.ok(counts.accepted + counts.void >= rights, `${counts.accepted} + ${counts.void} of ${rights}`);
  assert.ok(counts.rejected >= seen.size - rights, `${counts.rejected} of ${seen.size - rights}`);
  assert.equal(counts.submitted, counts.accepted + counts.rejected + counts.void);
}

export const inState = (rows: readonly SubmissionRow[], state: string) =>
  rows.filter((row) => row.state === state);

/** Every challenge is paid at most once, whatever is void has a paid twin, and all books say the same. */
export function checkBooks({ submissions, solves, miners, logged }: RecordsOnDisk): void {
  const accepted = inState(submissions, "accepted");
  const paid = new Set(accepted.map((row) => row.challenge_id));
  assert.equal(accepted.length, paid.size, "a challenge was accepted twice");
  assert.deepEqual(new Set(solves.map((row) => row.challenge_id)), paid);
  assert.equal(
    solves.reduce((sum, { weight }) => sum + weight, 0),
    paid.size,
  );
  for (const row of inState(submissions, "void"))
    assert.deepEqual([row.code, paid.has(row.challenge_id)], ["already_solved", true], row.receipt_id);
  for (const row of inState(submissions, "rejected")) assert.equal(row.code, "solution_unsatisfied");
  for (const { hotkey, ...counts } of miners) {
    const own = submissions.filter((row) => row.hotkey === hotkey);
    const [a, r, v] = ["accepted", "rejected", "void"].map((state) => inState(own, state).length);
    assert.deepEqual(counts, { submitted: own.length, accepted: a, rejected: r, void: v });
    assert.equal(own.length, (a ?? 0) + (r ?? 0) + (v ?? 0), "a row is still pending");
  }
  assert.deepEqual(logged, { draw: submissions.length, verdict: submissions.length });
}

/** Every answer that was acknowledged is on record, with the end that it deserves. */
export function checkRows({ submissions }: RecordsOnDisk, miners: readonly StubbornMiner[]): void {
  const rows = new Map(submissions.map((row) => [row.receipt_id, row]));
  for (const { isRight, receipt } of miners.flatMap((miner) => miner.acknowledged)) {
    const row = rows.get(receipt.receipt_id) ?? assert.fail(`${receipt.receipt_id} is gone`);
    assert.ok(
      isRight ? row.state === "accepted" || row.state === "void" : row.state === "rejected",
      row.receipt_id,
    );
  }
}
