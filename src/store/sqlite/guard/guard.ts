import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../../../core/clock.ts";
import { causeText } from "../../../core/problems/assayError.ts";
import { integer } from "../../records/rows.ts";
import { isFatal, isFull, Untrusted } from "../failure.ts";
import { Mark, type Reached } from "./mark.ts";
import { type PageSums, UNKNOWN_WRITES } from "./pageSums.ts";
import { readSeal, SealWriter } from "./seal.ts";
import { logSalts } from "./wal.ts";

/** Frames of the write-ahead log at which it is copied into the database: 4 MB. Groups wait while it is copied. */
const CHECKPOINT_FRAMES = 1024;
/** Frames whose pages are summed at once. */
const TAKE_FRAMES = 128;
/** Between two tries while a reader holds the log open. */
const RETRY_FRAMES = 1024;
/** The mark is fsynced at most this often, and at most a twentieth of the time is spent on it. */
const SYNC_EVERY_MS = 100;
const SYNC_SHARE = 20;

const inodeOf = (path: string): bigint | null =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;

/** Keeps mark and page sums of an open store true: what makes damage noticed at the next start. */
export class Guard {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #sums: PageSums;
  readonly #seal: SealWriter;
  readonly #mark: Mark;
  readonly #inode: bigint | null;
  readonly #log: StatementSync;
  #pending: Reached | null = null;
  #triedAt = 0;
  /** Which log the frames are counted in: one transaction can begin it anew and outgrow it. */
  #salts: string | null;
  /** Frames at the last look, those of them that the sums know, and those that the saved sums know. */
  #seen = 0;
  #taken = 0;
  #summed = 0;
  #syncDueAt = 0;

  /** `sums` are those of the file as it is on disk. */
  constructor(db: DatabaseSync, file: string, sums: PageSums) {
    const at = readSeal(db);
    if (at === null) throw new TypeError("the store has no seal");
    this.#db = db;
    this.#file = file;
    this.#sums = sums;
    this.#seal = new SealWriter(db, at);
    this.#inode = inodeOf(file);
    this.#log = db.prepare("PRAGMA wal_checkpoint(NOOP)");
    this.#salts = logSalts(file);
    this.#saveSums(this.#look().frames);
    this.#mark = new Mark(file, at);
  }

  /** Before a group's commit, inside its transaction. */
  beforeCommit(writes: number): void {
    this.#pending = this.#seal.advance(writes);
  }

  /** After a group's commit, before anything of it is acknowledged. Throws `Untrusted` when that must not happen. */
  afterCommit(): void {
    const next = this.#pending;
    this.#pending = null;
    if (inodeOf(this.#file) !== this.#inode)
      throw new Untrusted("the database was deleted or replaced while the store was open");
    if (next === null) return;
    this.#seal.settle(next);
    try {
      this.#mark.write(next);
    } catch (error) {
      throw new Untrusted(`the mark of what was acknowledged: ${causeText(error)}`, { cause: error });
    }
  }

  /**
   * Between groups, after the replies: what need not delay them. On a full disk it is left for a later turn: until the log is
   * copied, it holds what the sums do not know yet.
   */
  rest(clock: Clock): void {
    try {
      this.#rest(clock);
    } catch (error) {
      if (isFatal(error) || !isFull(error)) throw error;
    }
  }

  #rest(clock: Clock): void {
    const { frames, copied } = this.#look();
    // A little at a time, so that no group waits for all of it.
    if (frames >= this.#taken + TAKE_FRAMES) this.#take(frames);
    if (frames - copied >= CHECKPOINT_FRAMES && frames >= this.#triedAt + RETRY_FRAMES) {
      this.#triedAt = frames;
      this.#saveSums(frames);
      this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)");
    }
    this.#syncMark(clock);
  }

  /** Whether the mark is to be fsynced when nothing else is to be done. */
  get restless(): boolean {
    return !this.#mark.synced;
  }

  /** Copies the log into the database and leaves everything as the next start wants it. */
  close(): void {
    this.#saveSums(this.#look().frames);
    this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#mark.close();
  }

  /** The log began anew. When another program had copied it, the sums do not know what the database holds now. */
  #restarted(): void {
    if (this.#seen > this.#summed) {
      this.#sums.writes = UNKNOWN_WRITES;
      this.#sums.save(this.#file);
    }
    this.#triedAt = 0;
    this.#taken = 0;
    this.#summed = 0;
  }

  #syncMark(clock: Clock): void {
    const started = clock.monotonicMs();
    if (this.#mark.synced || started < this.#syncDueAt) return;
    this.#mark.sync();
    const now = clock.monotonicMs();
    this.#syncDueAt = now + Math.max(SYNC_EVERY_MS, SYNC_SHARE * (now - started));
  }

  #take(frames: number): void {
    this.#sums.takeLog(this.#file, this.#taken, frames);
    this.#taken = frames;
  }

  #saveSums(frames: number): void {
    this.#take(frames);
    this.#sums.writes = this.#seal.at.writes;
    this.#sums.save(this.#file);
    this.#summed = frames;
  }

  /** Frames in the log, and how many of them the database has. Notices that the log began anew. */
  #look(): { readonly frames: number; readonly copied: number } {
    const state = this.#logState();
    const salts = logSalts(this.#file);
    if (salts !== this.#salts || state.frames < this.#seen) this.#restarted();
    this.#salts = salts;
    this.#seen = state.frames;
    return state;
  }

  #logState(): { readonly frames: number; readonly copied: number } {
    const row = this.#log.get();
    return { frames: Math.max(0, integer(row, "log")), copied: Math.max(0, integer(row, "checkpointed")) };
  }
}
