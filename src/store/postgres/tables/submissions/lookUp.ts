import type { Submission } from "../../../../flow/submission.ts";
import { integer, type Row } from "../../../records/rows.ts";
import { submissionOf } from "../../../records/submission.ts";
import { isUndefinedTable } from "../../failure.ts";
import { first, type Sql, statement } from "../../sql.ts";
import { read, staleRead, write } from "../operation.ts";
import { partOf } from "../partitions.ts";
import { perEpoch } from "../perEpoch.ts";
import { pendingOf } from "./pendingOf.ts";
import type { Receipts } from "./receipts.ts";

const byReceipt = perEpoch((epoch) =>
  statement(`submission_in_${epoch}`, `SELECT * FROM ${partOf("submissions", epoch)} WHERE receipt = $1`),
);

const addTry = perEpoch((epoch) =>
  statement(
    `add_try_${epoch}`,
    `UPDATE ${partOf("submissions", epoch)} SET tries = tries + 1
     WHERE receipt = $1 AND state = 'pending'`,
  ),
);

/** A closed epoch has nothing pending. */
const openEpochs = statement(
  "pending_epochs",
  "SELECT epoch FROM epochs WHERE closed_at IS NULL ORDER BY epoch",
);

/** The queue holds what is pending and nothing else, so it is short beside the table that it is joined to. */
const waiting = perEpoch((epoch) =>
  statement(
    `waiting_in_${epoch}`,
    `SELECT a.id, a.received_at, a.encoding AS answer_encoding, a.bytes AS answer, l.hash AS draw_hash, s.*
     FROM ${partOf("answers", epoch)} a
       JOIN ${partOf("submissions", epoch)} s ON s.id = a.id
       LEFT JOIN ${partOf("log_lines", epoch)} l ON l.n = s.draw_n
     WHERE NOT (s.receipt = ANY($2::text[]))
     ORDER BY a.received_at, a.id LIMIT $1`,
  ),
);

/** The oldest pending rows of all open epochs. */
async function oldest(sql: Sql, limit: number, except: ReadonlySet<string>): Promise<Row[]> {
  if (limit < 1) return [];
  const epochs = (await sql.rows(openEpochs)).map((row) => integer(row, "epoch"));
  const found = await Promise.all(epochs.map((epoch) => sql.rows(waiting(epoch), [limit, [...except]])));
  return found.flat().sort(byAge).slice(0, limit);
}

function byAge(a: Row, b: Row): number {
  return Number(a.received_at) - Number(b.received_at) || integer(a, "id") - integer(b, "id");
}

export function submissionOperations(receipts: Receipts) {
  const rowOf = async (sql: Sql, receiptId: string): Promise<Row | undefined> => {
    const epoch = (await receipts.epochsOf(sql, [receiptId])).get(receiptId);
    if (epoch === undefined) return undefined;
    try {
      return await first(sql, byReceipt(epoch), [receiptId]);
    } catch (error) {
      // It is run again when retention dropped the table since.
      if (isUndefinedTable(error)) receipts.forget(receiptId);
      throw error;
    }
  };
  return {
    // What was answered with 202 is found, and what was decided is seen as decided, however far a replica is behind.
    submission: staleRead(
      async (sql: Sql, receiptId: string): Promise<Submission | null> => {
        const row = await rowOf(sql, receiptId);
        return row === undefined ? null : submissionOf(row);
      },
      (submission) => submission !== null && submission.state !== "pending",
    ),
    pending: read(async (sql: Sql, limit: number, except: ReadonlySet<string>) => {
      const rows = (await oldest(sql, limit, except)).map(pendingOf);
      for (const { receiptId, epoch } of rows) receipts.learn(receiptId, epoch);
      return rows;
    }),
    countTry: write(async (sql: Sql, receiptId: string): Promise<number> => {
      const before = await rowOf(sql, receiptId);
      if (before === undefined) return 0;
      const epoch = integer(before, "epoch");
      await sql.run(addTry(epoch), [receiptId]);
      return integer(await first(sql, byReceipt(epoch), [receiptId]), "tries");
    }),
  };
}
