import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../src/core/canonical.ts";
import { sha256Hex } from "../../../src/core/hash.ts";

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
  readonly solves: readonly { readonly challenge_id: string; readonly weight: number }[];
  readonly miners: readonly MinerRow[];
  /** Sampled jobs without a verdict. */
  readonly openSamples: readonly { readonly job_id: string; readonly hotkey: string }[];
  readonly work: readonly WorkRow[];
  readonly customerJobs: readonly CustomerJobRow[];
  /** Lines of every epoch's log by their type, after each chain was recomputed from its commitment to its head. */
  readonly logged: Readonly<Record<string, number>>;
}

function checkChain(db: DatabaseSync, { epoch, commitment, log_head, log_length }: EpochRow): string[] {
  const rows = db.prepare("SELECT n, line, hash FROM log_lines WHERE epoch = ? ORDER BY n").all(epoch);
  let prev = commitment;
  const types = rows.map((row, n) => {
    const line = JSON.parse(String(row.line)) as { n: number; prev: string; epoch: number; type: string };
    assert.deepEqual(
      [row.n, line.n, line.epoch, line.prev],
      [n, n, epoch, prev],
      `epoch ${epoch}, line ${n}`,
    );
    prev = sha256Hex(canonical(line));
    assert.equal(row.hash, prev, `epoch ${epoch}, line ${n}`);
    return line.type;
  });
  assert.deepEqual([log_head, log_length], [prev, rows.length], `epoch ${epoch}`);
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
      submissions: all(
        "SELECT receipt_id, hotkey, challenge_id, state, code, weight, sampled FROM submissions",
      ),
      solves: all("SELECT challenge_id, weight FROM solves"),
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
