import type { NewSubmission } from "../../../../flow/submission.ts";
import { flag, integer, integerOrNull, type Row } from "../../../records/rows.ts";
import { submissionOf } from "../../../records/submission.ts";
import { NOW, type Sql, statement } from "../../sql.ts";
import { type LogEnd, lockedEnds } from "../lines.ts";
import { partOf } from "../partitions.ts";
import { perEpoch } from "../perEpoch.ts";
import { type Entry, type Ledger, noChanges, workKey } from "./ledger.ts";

/** What a group asks of an epoch. */
export interface Asked {
  readonly admits: NewSubmission[];
  readonly decides: string[];
  /** Receipts whose verdict no check gave: whether they pay depends on strikes. */
  readonly unchecked: string[];
}

const answersOf = perEpoch((epoch) =>
  statement(
    `answers_of_${epoch}`,
    // OFFSET keeps the planner, for which a new table is empty, from walking all of it in the order of its ids.
    `SELECT s.* FROM unnest($1::text[], $2::text[]) q(challenge, lane)
     CROSS JOIN LATERAL (SELECT * FROM ${partOf("submissions", epoch)} one
       WHERE one.challenge = q.challenge AND one.lane = q.lane OFFSET 0) s ORDER BY s.id`,
  ),
);

/** Until the group ends no strike of these hotkeys is recorded, and after one that is being recorded its credit is looked at. */
const lockMiners = perEpoch((epoch) =>
  statement(
    `lock_miners_${epoch}`,
    `SELECT 1 FROM miners WHERE hotkey IN (SELECT hotkey FROM ${partOf("submissions", epoch)}
       WHERE receipt = ANY($1::text[])) ORDER BY hotkey FOR NO KEY UPDATE`,
  ),
);

const pendingOf = perEpoch((epoch) =>
  statement(
    `pending_of_${epoch}`,
    `SELECT s.*, (v.epoch IS NOT NULL)::int AS solved, (EXISTS (SELECT 1 FROM strikes k WHERE k.hotkey = s.hotkey
         AND k.at >= s.received_at AND (k.at > s.received_at OR k.after_id >= s.id)))::int AS struck,
       n.token AS held_by
     FROM ${partOf("submissions", epoch)} s LEFT JOIN ${partOf("solves", epoch)} v
       ON v.challenge = s.challenge AND v.lane = s.lane
       LEFT JOIN ${partOf("answers", epoch)} a ON a.id = s.id
       LEFT JOIN nodes n ON n.token = a.owner AND n.until > ${NOW}
     WHERE s.receipt = ANY($1::text[]) AND s.state = 'pending'`,
  ),
);

const nextIds = statement(
  "next_submission_ids",
  "SELECT nextval('submission_ids') AS id FROM generate_series(1, $1::int)",
);
/** Also what stands in for the newest id where a group adds no row. */
export const newestId = statement(
  "newest_submission_id",
  "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS id FROM submission_ids",
);

/**
 * Takes the locks of the epochs and reads what their calls need. `known`: epochs whose tables are there, which are read without
 * waiting for the locks' answer.
 */
export async function load(
  sql: Sql,
  asked: ReadonlyMap<number, Asked>,
  known: { has(epoch: number): boolean; add(epoch: number): void },
): Promise<Ledger> {
  const numbers = [...asked.keys()].sort((a, b) => a - b);
  const locked = lockedEnds(sql, numbers, known);
  const sure = numbers.filter((epoch) => known.has(epoch)).map((epoch) => readEpoch(sql, epoch, asked));
  const count = [...asked.values()].reduce((sum, { admits }) => sum + admits.length, 0);
  const ids = sql.rows(count > 0 ? nextIds : newestId, count > 0 ? [count] : []);
  const [ends, first, numbersOfRows] = await Promise.all([locked, Promise.all(sure), ids]);
  const found = new Map(ends.map((end) => [end.epoch, end] as const));
  const late = [...found.keys()].filter((epoch) => !known.has(epoch));
  const second = await Promise.all(late.map((epoch) => readEpoch(sql, epoch, asked)));
  for (const epoch of late) known.add(epoch);
  return ledgerOf(found, [...first, ...second], numbersOfRows, count);
}

interface Read {
  readonly answers: readonly Row[];
  readonly pending: readonly Row[];
}

async function readEpoch(sql: Sql, epoch: number, all: ReadonlyMap<number, Asked>): Promise<Read> {
  const { admits, decides, unchecked } = all.get(epoch) ?? { admits: [], decides: [], unchecked: [] };
  const works = [...new Map(admits.map((one) => [workKey(one), one])).values()];
  const challenges = works.map(({ challengeId }) => challengeId);
  const lanes = works.map(({ lane }) => lane);
  const nothing: Promise<readonly Row[]> = Promise.resolve([]);
  const [answers, , pending] = await Promise.all([
    works.length === 0 ? nothing : sql.rows(answersOf(epoch), [challenges, lanes]),
    unchecked.length === 0 ? nothing : sql.rows(lockMiners(epoch), [unchecked]),
    decides.length === 0 ? nothing : sql.rows(pendingOf(epoch), [decides]),
  ]);
  return { answers, pending };
}

function ledgerOf(
  ends: ReadonlyMap<number, LogEnd>,
  reads: readonly Read[],
  ids: readonly Row[],
  count: number,
): Ledger {
  const numbers = ids.map((row) => integer(row, "id"));
  const lastId = count > 0 ? (numbers[0] ?? 1) - 1 : (numbers[0] ?? 0);
  const fresh = count > 0 ? numbers : [];
  const ledger: Ledger = {
    ...{ ends, ids: fresh, lastId, changes: noChanges() },
    ...{ answers: new Map(), pending: new Map(), solved: new Set() },
  };
  for (const { answers, pending } of reads) {
    for (const row of pending) {
      const heldBy = integerOrNull(row, "held_by");
      const entry = entryOf(row, { solved: flag(row, "solved"), struck: flag(row, "struck"), heldBy });
      ledger.pending.set(entry.submission.receiptId, entry);
    }
    for (const row of answers) addAnswer(ledger, row);
  }
  return ledger;
}

function entryOf(row: Row, state: Pick<Entry, "solved" | "struck" | "heldBy">): Entry {
  return { id: integer(row, "id"), submission: submissionOf(row), ...state };
}

/** A challenge is solved when one of its answers was accepted. */
function addAnswer({ answers, pending, solved }: Ledger, row: Row): void {
  const read = entryOf(row, { solved: false, struck: false, heldBy: null });
  const entry = pending.get(read.submission.receiptId) ?? read;
  const key = workKey(entry.submission);
  answers.set(key, [...(answers.get(key) ?? []), entry]);
  if (entry.submission.state === "accepted") solved.add(key);
}
