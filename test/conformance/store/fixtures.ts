import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonical } from "../../../src/core/canonical.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { EpochRecord, LogHead } from "../../../src/flow/draw.ts";
import type { ChainedEntry, Store } from "../../../src/flow/store.ts";
import type { StrikeRecord } from "../../../src/flow/strike.ts";
import type {
  AdmitOutcome,
  Decision,
  NewSubmission,
  PendingSubmission,
} from "../../../src/flow/submission.ts";
import type { SignedVector, UnsignedVector } from "../../../src/flow/weights.ts";

export type OpenStore = (dir: string) => Promise<Store>;

export const EPOCH = 500_000;

/** Runs the work on a fresh store; `reopen` closes it and opens it again. */
export async function withStore(
  open: OpenStore,
  work: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "assay-store-"));
  let store = await open(dir);
  const reopen = async (): Promise<Store> => {
    await store.close();
    store = await open(dir);
    return store;
  };
  try {
    await work(store, reopen);
  } finally {
    await store.close();
    await rm(dir, { recursive: true });
  }
}

export type Commitment = Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">;

export function commitment(epoch = EPOCH, change: Partial<Commitment> = {}): Commitment {
  return {
    epoch,
    commitment: sha256Hex(`commitment of ${epoch}`),
    policy: {
      lanes: { sat: "1", groth16: "20/500" },
      classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
      floor: "1/100",
    },
    committed_at: 1_700_000_000_123,
    signature: "c2ln",
    key_id: "key-1",
    ...change,
  };
}

export function head(log_head: string, change: Partial<LogHead> = {}): LogHead {
  const signed = { signed_at: 1_700_000_003_000, key_id: "key-1", signature: "c2ln" };
  return { epoch: EPOCH, log_head, ...signed, ...change };
}

/** The head that the log of an epoch has now; its commitment's when it was never committed. */
export async function presentHead(store: Store, epoch = EPOCH): Promise<LogHead> {
  const record = await store.epoch(epoch);
  return head(record?.log_head ?? commitment(epoch).commitment, { epoch });
}

/** Asks to close an epoch with the head that its log has now. */
export async function closed(store: Store, change: { epoch?: number; key?: string; at?: number } = {}) {
  const { epoch = EPOCH, key = "k", at = 1 } = change;
  return store.closeEpoch(epoch, key, await presentHead(store, epoch), at);
}

let made = 0;

/** A submission of its own challenge, but for what is given; the same challenge and answer make the same key. */
export function newSubmission(
  given: Partial<Omit<NewSubmission, "answer">> & { text?: string } = {},
): NewSubmission {
  made++;
  const { text = "s SATISFIABLE", ...rest } = given;
  const lane = rest.lane ?? "sat";
  const hotkey = rest.hotkey ?? "5Alice";
  const epoch = rest.epoch ?? EPOCH;
  const challengeId = rest.challengeId ?? `pm-t1-e${epoch}-${String(made).padStart(24, "0")}`;
  const answerSha256 = rest.answerSha256 ?? sha256Hex(text);
  const draw = {
    epoch,
    lane,
    hotkey,
    work_id: challengeId,
    class: "lane",
    rate: "20/500",
    x: "00ff00ff00ff00ff",
    sampled: true,
  } as const;
  return {
    receiptId: `rc_${sha256Hex(`receipt ${made}`).slice(0, 32)}`,
    idempotencyKey: sha256Hex(canonical([lane, hotkey, challengeId, answerSha256])),
    lane,
    hotkey,
    challengeId,
    epoch,
    tier: 1,
    seq: 7,
    answer: { encoding: "text", bytes: new TextEncoder().encode(text) },
    answerSha256,
    weight: 1,
    receivedAt: 1_700_000_001_000,
    block: 100,
    draw,
    maxAttempts: 3,
    ...rest,
  };
}

/** Admits, and fails unless the row is new. */
export async function admitted(store: Store, submission: NewSubmission): Promise<PendingSubmission> {
  const outcome = await store.admit(submission);
  assert.equal(outcome.kind, "admitted");
  return (outcome as Extract<AdmitOutcome, { kind: "admitted" }>).submission;
}

export function decision(receiptId: string, change: Partial<Decision> = {}): Decision {
  return {
    receiptId,
    state: "accepted",
    verified: true,
    code: null,
    at: 1_700_000_002_000,
    strike: null,
    ...change,
  };
}

/** Admits a submission and decides it. */
export async function decided(store: Store, submission: NewSubmission, change: Partial<Decision> = {}) {
  await admitted(store, submission);
  return store.decide(decision(submission.receiptId, change));
}

export function strike(submission: NewSubmission, change: Partial<StrikeRecord> = {}): StrikeRecord {
  made++;
  return {
    strikeId: `st_${made}`,
    hotkey: submission.hotkey,
    lane: submission.lane,
    block: 120,
    at: 1_700_000_002_000,
    evidence: {
      work_id: submission.challengeId,
      receipt_id: submission.receiptId,
      answer_sha256: submission.answerSha256,
      draw: submission.draw,
      verdict: { outcome: "invalid", code: "solution_unsatisfied" },
      checker: "sat/1",
      rule: "judge/1",
    },
    suspendUntil: 7320,
    ...change,
  };
}

/** A rejection that strikes. */
export function struck(submission: NewSubmission, change: Partial<StrikeRecord> = {}): Partial<Decision> {
  return {
    state: "rejected",
    code: "solution_unsatisfied",
    verified: true,
    strike: strike(submission, change),
  };
}

export function unsigned(period: number, change: Partial<UnsignedVector> = {}): UnsignedVector {
  return {
    version: 1,
    network: "local",
    netuid: 0,
    validator: "5Validator",
    ...{ period, epoch: period },
    block: period * 360 + 1,
    issued_at: 1_700_000_000_000,
    expires_at: 1_700_000_360_000,
    policy_hash: `sha256:${"a".repeat(64)}`,
    key_id: "key-1",
    weights: [{ hotkey: "5Alice", uid: 3, weight: 0.1 + 0.2, u16: 65_535 }],
    ...change,
  };
}

export function signed(period: number, change: Partial<UnsignedVector> = {}): SignedVector {
  return { ...unsigned(period, change), signature: `signature of ${period}` };
}

/** Checks numbers, links and hashes of a whole log against its epoch's record, as an auditor would. */
export function assertChain(record: EpochRecord, lines: readonly ChainedEntry[]): void {
  let head = record.commitment;
  lines.forEach((line, index) => {
    const { hash, ...hashed } = line;
    assert.equal(line.n, index);
    assert.equal(line.prev, head);
    assert.equal(line.epoch, record.epoch);
    assert.equal(hash, sha256Hex(canonical(hashed)));
    head = hash;
  });
  assert.equal(record.log_head, head);
  assert.equal(record.log_length, lines.length);
}

/** The whole log, page by page. */
export async function wholeLog(store: Store, epoch = EPOCH): Promise<ChainedEntry[]> {
  const lines: ChainedEntry[] = [];
  for (;;) {
    const page = await store.logPage(epoch, lines.length - 1, 100);
    if (page.length === 0) return lines;
    lines.push(...page);
  }
}

export async function assertLog(store: Store, epoch = EPOCH): Promise<ChainedEntry[]> {
  const record = await store.epoch(epoch);
  assert.ok(record);
  const lines = await wholeLog(store, epoch);
  assertChain(record, lines);
  return lines;
}
