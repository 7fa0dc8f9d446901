import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../src/core/canonical.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { ChainedEntry } from "../../../src/flow/store.ts";
import type { Row } from "../../../src/store/records/rows.ts";
import { submissionOf } from "../../../src/store/records/submission.ts";
import { ChainLog } from "../../../src/store/sqlite/tables/chainLog.ts";

export interface SubmissionRow {
  readonly receipt_id: string;
  readonly hotkey: string;
  readonly challenge_id: string;
  readonly state: string;
  readonly code: string | null;
  readonly weight: number;
  /** 0 or 1. */
  readonly sampled: number;
}

export interface MinerRow {
  readonly hotkey: string;
  readonly submitted: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly void: number;
}

export interface WorkRow {
  readonly hotkey: string;
  readonly lane: string;
  readonly verified: number;
  readonly unverified: number;
  readonly debit: number;
  readonly results: number;
}

export interface CustomerJobRow {
  readonly job_id: string;
  readonly client_key: string;
  readonly state: string;
  readonly attempts: number;
}

interface EpochRow {
  readonly epoch: number;
  readonly commitment: string;
  readonly log_head: string;
  readonly log_length: number;
  readonly closed_at: number | null;
  readonly revealed_key: string | null;
}

/** What a stopped validator left behind, read from its file. */
export interface RecordsOnDisk {
  readonly submissions: readonly SubmissionRow[];
  readonly solves: readonly Pick<SubmissionRow, "challenge_id" | "weight">[];
  readonly miners: readonly MinerRow[];
  /** Sampled jobs without a verdict. */
  readonly openSamples: readonly { readonly job_id: string; readonly hotkey: string }[];
  readonly work: readonly WorkRow[];
  readonly customerJobs: readonly CustomerJobRow[];
  /** Lines of every epoch's log by their type, after each chain was recomputed from its commitment to its head. */
  readonly logged: Readonly<Record<string, number>>;
}

/** The whole log of an epoch. */
export function* linesOnDisk(db: DatabaseSync, epoch: number): Generator<ChainedEntry> {
  const log = new ChainLog(db);
  for (let after = -1; ; ) {
    const page = log.page(epoch, after, 1000);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.n;
  }
}

function checkChain(db: DatabaseSync, { epoch, commitment, log_head, log_length }: EpochRow): string[] {
  let prev = commitment;
  const types = [...linesOnDisk(db, epoch)].map(({ hash, ...line }, n) => {
    assert.deepEqual([line.n, line.epoch, line.prev], [n, epoch, prev], `epoch ${epoch}, line ${n}`);
    prev = sha256Hex(canonical(line));
    assert.equal(hash, prev, `epoch ${epoch}, line ${n}`);
    return line.type;
  });
  assert.deepEqual([log_head, log_length], [prev, types.length], `epoch ${epoch}`);
  return types;
}

/** An epoch shows its key once it closed, and then the last of its signed heads is where its log ended. */
function checkReveal(db: DatabaseSync, { epoch, log_head, closed_at, revealed_key }: EpochRow): void {
  assert.equal(closed_at === null, revealed_key === null, `epoch ${epoch}`);
  if (closed_at === null) return;
  const last = db
    .prepare("SELECT log_head FROM log_heads WHERE epoch = ? ORDER BY n DESC LIMIT 1")
    .get(epoch);
  assert.equal(last?.log_head, log_head, `epoch ${epoch} has no final head`);
}

function rowOf(row: Row): SubmissionRow {
  const { receiptId, challengeId, hotkey, state, code, weight, sampled } = submissionOf(row);
  return {
    ...{ receipt_id: receiptId, hotkey, challenge_id: challengeId, state, code, weight },
    sampled: sampled ? 1 : 0,
  };
}

/** The submission of each solve; a solve without one cannot be decoded. */
const solved = `SELECT s.* FROM solves p LEFT JOIN submissions s ON s.epoch = p.epoch AND s.challenge = p.challenge
  AND s.lane = p.lane AND s.state = 'accepted'`;

/** Reads the store of a data directory and asserts that SQLite finds it whole, the hash chains link, and closed epochs are revealed. */
export function recordsOnDisk(dataDir: string): RecordsOnDisk {
  const db = new DatabaseSync(join(dataDir, "assay.db"), { readOnly: true });
  try {
    assert.equal(db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
    const all = <Row>(sql: string): Row[] => db.prepare(sql).all() as Row[];
    const logged: Record<string, number> = {};
    for (const epoch of all<EpochRow>("SELECT * FROM epochs")) {
      checkReveal(db, epoch);
      for (const type of checkChain(db, epoch)) logged[type] = (logged[type] ?? 0) + 1;
    }
    return {
      submissions: db.prepare("SELECT * FROM submissions").all().map(rowOf),
      solves: db.prepare(solved).all().map(rowOf),
      miners: all("SELECT hotkey, submitted, accepted, rejected, void FROM miners"),
      openSamples: all("SELECT job_id, hotkey FROM open_samples"),
      work: all("SELECT hotkey, lane, verified, unverified, debit, results FROM work"),
      customerJobs: all("SELECT job_id, client_key, state, attempts FROM customer_jobs"),
      logged,
    };
  } finally {
    db.close();
  }
}
