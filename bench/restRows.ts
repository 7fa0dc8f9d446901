import { createHash, randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { systemClock } from "../src/core/clock.ts";
import { sha256Hex } from "../src/core/hash.ts";
import { receiptId } from "../src/core/ids.ts";
import { encodeHotkey } from "../src/core/ss58.ts";
import type { Draw } from "../src/flow/draw.ts";
import type { Exhibit, StrikeRecord } from "../src/flow/strike.ts";
import type { NewSubmission } from "../src/flow/submission.ts";
import { openFile } from "../src/store/sqlite/file.ts";
import { makeOperations, type Operations } from "../src/store/sqlite/tables/operations.ts";

/** How one submission ends, or that it ends with a strike. */
export type Outcome = "accepted" | "rejected" | "void" | "strike";

/** What is written, at which time. */
export interface Fill {
  readonly count: number;
  readonly outcome: (index: number) => Outcome;
  readonly hotkeys: number;
  /** Unix ms of the first; the last is `spanMs` later. */
  readonly fromMs: number;
  readonly spanMs: number;
  readonly epochs: (atMs: number) => number;
  /** The first free block of a struck hotkey. */
  readonly suspendUntil: number;
  /** Bytes of each exhibit's answer; none where 0. */
  readonly exhibitBytes: number;
  readonly progress: (done: number) => void;
}

const BLOCK = 1000;
/** Undecided at a time: a validator's backlog. */
const BACKLOG = 64;
const PER_COMMIT = 4096;
/** About a solver's output of a small instance. */
const answer = Buffer.from(`s SATISFIABLE\nv ${Array.from({ length: 400 }, (_, v) => v + 1).join(" ")} 0\n`);

const hex = (bytes: number): string => randomBytes(bytes).toString("hex");
const hotkeyOf = (index: number): string =>
  encodeHotkey(createHash("sha256").update(`rest ${index}`).digest());

function submissionOf(hotkey: string, epoch: number, at: number): NewSubmission {
  const challengeId = `pm-t1-e${epoch}-${hex(12)}`;
  const work = { epoch, lane: "sat", hotkey, work_id: challengeId };
  const draw: Draw = { ...work, class: "cold_start", rate: "1", x: hex(8), sampled: true };
  const ids = { receiptId: receiptId(at, randomBytes(10)), idempotencyKey: hex(32), challengeId };
  const place = { lane: "sat", hotkey, epoch, tier: 1, seq: at % 10_000 };
  const given = { answer: { encoding: "text" as const, bytes: answer }, answerSha256: hex(32) };
  return { ...ids, ...place, ...given, weight: 1, receivedAt: at, block: BLOCK, draw, maxAttempts: 3 };
}

const digits = Array.from(randomBytes(262_144), (byte) => byte % 10).join("");

/** An exhibit of that many digits, which compress as those of a proof do. */
function exhibitOf(bytes: number): Exhibit {
  const from = randomBytes(4).readUInt32LE() % (digits.length - bytes);
  return { kind: "square", input: { y: "9" }, answer: digits.slice(from, from + bytes) };
}

function strikeOf(submission: NewSubmission, fill: Fill): StrikeRecord {
  const { challengeId, receiptId: receipt_id, answerSha256, draw, hotkey, lane, receivedAt } = submission;
  return {
    ...{ strikeId: `st_${hex(16)}`, hotkey, lane, block: BLOCK, at: receivedAt },
    evidence: {
      ...{ work_id: challengeId, receipt_id, answer_sha256: answerSha256, draw },
      verdict: { outcome: "invalid", code: "solution_unsatisfied" },
      checker: "sat/1",
      rule: "strike/1: 1 strike within 7200 blocks suspends for 20 tempos of 360 blocks",
      ...(fill.exhibitBytes === 0 ? {} : { exhibit: exhibitOf(fill.exhibitBytes) }),
    },
    suspendUntil: fill.suspendUntil,
  };
}

const codes = { accepted: null, rejected: "solution_unsatisfied", void: "check_timeout" } as const;

/** Writes rows with the store's own operations, many to a commit, not synced: only what is left on disk counts. */
class Filler {
  readonly #db: DatabaseSync;
  readonly #operations: Operations;
  readonly #committed = new Set<number>();
  readonly #fill: Fill;
  readonly #backlog: [NewSubmission, Outcome][] = [];

  constructor(db: DatabaseSync, snapshot: DatabaseSync, fill: Fill) {
    this.#db = db;
    this.#operations = makeOperations(db, snapshot, systemClock);
    this.#fill = fill;
  }

  /** `rest` is called between commits, as the store's thread does. */
  run(rest: () => void): void {
    const { count, hotkeys, fromMs, spanMs, epochs, outcome, progress } = this.#fill;
    const names = Array.from({ length: hotkeys }, (_, index) => hotkeyOf(index));
    this.#db.exec("PRAGMA synchronous = OFF; BEGIN");
    for (let index = 0; index < count; index++) {
      const at = Math.floor(fromMs + (spanMs * index) / count);
      this.#add(submissionOf(names[index % hotkeys] ?? "", epochs(at), at), outcome(index));
      if (index % PER_COMMIT !== 0) continue;
      this.#db.exec("COMMIT");
      rest();
      this.#db.exec("BEGIN");
      progress(index);
    }
    while (this.#backlog.length > 0) this.#decide();
    this.#db.exec("COMMIT");
    for (const epoch of this.#committed) this.#close(epoch);
    rest();
  }

  #add(submission: NewSubmission, outcome: Outcome): void {
    if (!this.#committed.has(submission.epoch)) this.#commitEpoch(submission.epoch);
    this.#operations.admit.run(submission);
    this.#backlog.push([submission, outcome]);
    if (this.#backlog.length >= BACKLOG) this.#decide();
  }

  #decide(): void {
    const next = this.#backlog.shift();
    if (next === undefined) return;
    const [submission, outcome] = next;
    const state = outcome === "strike" ? "rejected" : outcome;
    const strike = outcome === "strike" ? strikeOf(submission, this.#fill) : null;
    const end = { state, code: codes[state], verified: true, at: submission.receivedAt + 1500, strike };
    this.#operations.decide.run({ receiptId: submission.receiptId, ...end });
  }

  #commitEpoch(epoch: number): void {
    this.#committed.add(epoch);
    const policy = { lanes: {}, classes: { customer: "1", cold_start: "1", struck: "1" }, floor: "1/100" };
    const signed = { committed_at: epoch, signature: "bench", key_id: "bench" };
    this.#operations.commitEpoch.run({ epoch, commitment: sha256Hex(`${epoch}`), policy, ...signed });
  }

  #close(epoch: number): void {
    const record = this.#operations.epoch.run(epoch) as { log_head: string } | null;
    const head = {
      epoch,
      log_head: record?.log_head ?? "",
      signed_at: epoch,
      key_id: "bench",
      signature: "bench",
    };
    this.#operations.closeEpoch.run(epoch, hex(32), head, epoch);
  }
}

/** Fills a new store; returns the bytes that its file grew by. */
export function fillStore(file: string, fill: Fill): number {
  const { db, snapshot, guard, close } = openFile(file);
  try {
    const size = (): number => {
      const [pages, bytes] = ["page_count", "page_size"].map((name) => {
        const row = db.prepare(`PRAGMA ${name}`).get() ?? {};
        return Number(row[name]);
      });
      return (pages ?? 0) * (bytes ?? 0);
    };
    const before = size();
    new Filler(db, snapshot, fill).run(() => guard.rest(systemClock));
    return size() - before;
  } finally {
    close();
  }
}
