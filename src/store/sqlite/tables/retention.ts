import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../core/clock.ts";
import type { Fence } from "../../../flow/leases.ts";
import { SESSIONS_KEPT } from "../../../flow/sessionRecords.ts";
import type { RetentionBounds } from "../../../flow/store.ts";
import { integer, text } from "../../records/rows.ts";
import { minerDropper } from "./dropMiner.ts";
import { dayOf } from "./exhibits.ts";
import type { FenceCheck } from "./leases.ts";
import { write } from "./operation.ts";
import { RetiredEpochs } from "./retired.ts";
import { changeDropper } from "./standingChanges.ts";

/** How long a step drops rows, ms: every other call waits for at most one step. */
const STEP_MS = 10;
/** Rows of one statement, after which the time is read: about 1 ms when their pages have to be read. */
const ROWS = 64;
/** The same of lines: a line of draws has about ten KiB, and every page of it is read before it is freed. */
const LINES = 8;
/** Hotkeys of one statement: each may have hundreds of strikes. */
const HOTKEYS = 1;

/** Rows older than the bound whose epoch is not on record. An open epoch keeps all its rows. */
const orphaned = (table: string): string =>
  `(${table}.epoch < ?1 OR ${table}.epoch > ?2) AND NOT EXISTS (SELECT 1 FROM epochs WHERE epochs.epoch = ${table}.epoch)`;

const NONE_AFTER = Number.MAX_SAFE_INTEGER;

/** Drops some rows of one kind; returns how many, 0 when none is left. */
type Dropper = (bounds: RetentionBounds) => number;

/**
 * Retention in steps. The epoch's record is dropped first, so that no auditor is served an epoch whose log has lost its
 * start; the rows that depended on it follow, even after an interruption.
 */
export function retentionOperations(
  db: DatabaseSync,
  clock: Clock,
  { now, require }: { readonly now: () => number; readonly require: FenceCheck },
) {
  const droppers = [
    epochDropper(db),
    ...epochRows(db),
    ...timedRows(db),
    unseenDropper(db),
    ...sharedRows(db),
    changeDropper(db, now, ROWS),
  ] as const satisfies readonly Dropper[];

  return {
    /** Rows dropped by this step; 0 when nothing is left to drop. */
    retire: write((bounds: RetentionBounds, fence?: Fence): number => {
      require(fence);
      const until = clock.monotonicMs() + STEP_MS;
      let dropped = 0;
      for (const drop of droppers) {
        for (let rows = drop(bounds); rows > 0; rows = drop(bounds)) {
          dropped += rows;
          if (clock.monotonicMs() >= until) return dropped;
        }
      }
      return dropped;
    }),
  };
}

function epochDropper(db: DatabaseSync): Dropper {
  const retired = new RetiredEpochs(db);
  const epochs = db.prepare(`DELETE FROM epochs WHERE closed_at IS NOT NULL
    AND CASE WHEN ends_at IS NULL THEN epoch < ? ELSE ends_at <= ? END RETURNING epoch`);
  return ({ beforeEpoch, endedBefore = Number.NEGATIVE_INFINITY }) => {
    const gone = epochs.all(beforeEpoch, endedBefore).map((row) => integer(row, "epoch"));
    for (const epoch of gone.sort((a, b) => a - b)) retired.add(epoch);
    return gone.length;
  };
}

/** What belongs to an epoch. */
function epochRows(db: DatabaseSync): Dropper[] {
  const submissions = db.prepare(`DELETE FROM submissions WHERE id IN
    (SELECT id FROM submissions WHERE ${orphaned("submissions")} AND state <> 'pending' LIMIT ${ROWS})`);
  const lines = db.prepare(`DELETE FROM log_lines WHERE (epoch, n) IN
    (SELECT epoch, n FROM log_lines WHERE ${orphaned("log_lines")} ORDER BY epoch, n LIMIT ${LINES})`);
  const heads = db.prepare(`DELETE FROM log_heads WHERE (epoch, n) IN
    (SELECT epoch, n FROM log_heads WHERE ${orphaned("log_heads")} LIMIT ${ROWS})`);
  const pages = db.prepare(`DELETE FROM pages WHERE (epoch, hotkey, lane, tier) IN
    (SELECT epoch, hotkey, lane, tier FROM pages WHERE ${orphaned("pages")} LIMIT ${ROWS})`);
  const solves = db.prepare(`DELETE FROM solves WHERE (epoch, challenge, lane) IN
    (SELECT epoch, challenge, lane FROM solves WHERE ${orphaned("solves")} AND received_at < ?3 LIMIT ${ROWS})`);
  return [
    ...[submissions, lines, heads, pages].map(
      (statement): Dropper =>
        ({ beforeEpoch, afterEpoch }) =>
          Number(statement.run(beforeEpoch, afterEpoch ?? NONE_AFTER).changes),
    ),
    ({ beforeEpoch, afterEpoch, keepSolvesSince }) =>
      Number(solves.run(beforeEpoch, afterEpoch ?? NONE_AFTER, keepSolvesSince).changes),
  ];
}

/** What is kept for a time. */
function timedRows(db: DatabaseSync): Dropper[] {
  const work = db.prepare(`DELETE FROM work WHERE (start, lane, hotkey) IN
    (SELECT start, lane, hotkey FROM work WHERE start < ? ORDER BY start LIMIT ${ROWS})`);
  const jobs = db.prepare(`DELETE FROM customer_jobs WHERE id IN
    (SELECT id FROM customer_jobs WHERE state <> 'queued' AND coalesce(ended_at, created_at) < ? LIMIT ${LINES})`);
  // While its jobs can be listed, a token keeps its name.
  const tokens = db.prepare(`DELETE FROM customer_tokens WHERE revoked_at < ? AND NOT EXISTS
    (SELECT 1 FROM customer_jobs WHERE customer_jobs.owner = customer_tokens.token_id)`);
  const exhibits = db.prepare(`DELETE FROM exhibits WHERE strike IN
    (SELECT strike FROM exhibits WHERE day < ? LIMIT ${LINES})`);
  const use = db.prepare(`DELETE FROM exhibit_use WHERE (day, hotkey) IN
    (SELECT day, hotkey FROM exhibit_use WHERE day < ? LIMIT ${ROWS})`);
  const ofDay =
    (statement: typeof use): Dropper =>
    ({ keepExhibitsSince: since }) =>
      since === undefined ? 0 : Number(statement.run(dayOf(since)).changes);
  return [
    ({ keepSolvesSince }) => Number(work.run(keepSolvesSince).changes),
    ({ keepJobsSince }) => Number(jobs.run(keepJobsSince).changes),
    ({ keepJobsSince }) => Number(tokens.run(keepJobsSince).changes),
    ofDay(exhibits),
    ofDay(use),
  ];
}

/** Hotkeys that were not seen for long; judge has forgotten them too. */
function unseenDropper(db: DatabaseSync): Dropper {
  const unseen = db.prepare(`SELECT hotkey FROM miners WHERE last_seen < ?
      AND NOT EXISTS (SELECT 1 FROM suspensions WHERE suspensions.hotkey = miners.hotkey) LIMIT ${HOTKEYS}`);
  const drop = minerDropper(db);
  return ({ keepSeenSince: since }) => {
    const gone = since === undefined ? [] : unseen.all(since).map((row) => text(row, "hotkey"));
    for (const hotkey of gone) drop(hotkey);
    return gone.length;
  };
}

/** What processes share. */
function sharedRows(db: DatabaseSync): Dropper[] {
  const expired = db.prepare(`DELETE FROM sessions WHERE hotkey IN
    (SELECT hotkey FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ${ROWS})`);
  const beyond = db.prepare(`DELETE FROM sessions WHERE hotkey IN
    (SELECT hotkey FROM sessions ORDER BY expires_at DESC LIMIT ${ROWS} OFFSET ${SESSIONS_KEPT})`);
  const streams = db.prepare(`DELETE FROM streams WHERE hotkey IN
    (SELECT hotkey FROM streams WHERE node NOT IN (SELECT token FROM nodes) LIMIT ${ROWS})`);
  return [
    ({ sessionsEndedBy: by }) => (by === undefined ? 0 : Number(expired.run(by).changes)),
    () => Number(beyond.run().changes),
    () => Number(streams.run().changes),
  ];
}
