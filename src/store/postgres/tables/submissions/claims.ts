import type { ClaimedSubmission } from "../../../../flow/claims.ts";
import { integer, type Row } from "../../../records/rows.ts";
import { type Sql, statement } from "../../sql.ts";
import { isLiving, LIVING } from "../nodes.ts";
import { alone, read } from "../operation.ts";
import { partOf } from "../partitions.ts";
import { perEpoch } from "../perEpoch.ts";
import { pendingOf } from "./pendingOf.ts";
import { LOOKED_AT, type Part, type Queues } from "./queue.ts";
import type { Receipts } from "./receipts.ts";

// One row after the other is locked, in this order, until there are enough; a row that another process has just taken is passed over.
const free = perEpoch((epoch) =>
  statement(
    `claim_free_${epoch}`,
    `SELECT a.id, a.claims, a.received_at FROM ${partOf("answers", epoch)} a
     WHERE a.id BETWEEN $3 AND $4 AND (a.owner = $1 OR a.owner NOT IN (${LIVING}))
       AND a.id NOT IN (SELECT id FROM ${partOf("submissions", epoch)} WHERE receipt = ANY($5::text[]))
     ORDER BY a.claims, a.received_at, a.id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`,
  ),
);

const own = perEpoch((epoch) =>
  statement(
    `claim_own_${epoch}`,
    `WITH own AS (UPDATE ${partOf("answers", epoch)} SET owner = $1, claims = claims + 1
       WHERE id = ANY($2::bigint[]) RETURNING id, claims, encoding, bytes)
     SELECT own.claims, own.encoding AS answer_encoding, own.bytes AS answer, l.hash AS draw_hash, s.*
     FROM own JOIN ${partOf("submissions", epoch)} s ON s.id = own.id
       LEFT JOIN ${partOf("log_lines", epoch)} l ON l.n = s.draw_n`,
  ),
);

interface Free {
  readonly epoch: number;
  readonly id: number;
  readonly claims: number;
  readonly receivedAt: number;
}

const freeOf = (epoch: number, row: Row): Free => ({
  ...{ epoch, id: integer(row, "id"), claims: integer(row, "claims") },
  receivedAt: Number(row.received_at),
});

const byTurn = (a: Free, b: Free): number =>
  a.claims - b.claims || a.receivedAt - b.receivedAt || a.id - b.id;

interface Wanted {
  readonly node: number;
  readonly limit: number;
  readonly except: readonly string[];
}

async function lockFree(sql: Sql, parts: readonly Part[], wanted: Wanted): Promise<Free[]> {
  const { node, limit, except } = wanted;
  const found = await Promise.all(
    parts.map(async ({ epoch, from, to }) => {
      const rows = await sql.rows(free(epoch), [node, limit, from, to, except]);
      return rows.map((row) => freeOf(epoch, row));
    }),
  );
  return found.flat().sort(byTurn).slice(0, limit);
}

async function take(sql: Sql, node: number, rows: readonly Free[]): Promise<ClaimedSubmission[]> {
  const epochs = [...new Set(rows.map(({ epoch }) => epoch))];
  const taken = await Promise.all(
    epochs.map((epoch) => {
      const ids = rows.filter((row) => row.epoch === epoch).map(({ id }) => id);
      return sql.rows(own(epoch), [node, ids]);
    }),
  );
  const byId = new Map(taken.flat().map((row) => [integer(row, "id"), row]));
  return rows.map(({ id }) => {
    const row = byId.get(id) ?? {};
    return { ...pendingOf(row), claims: integer(row, "claims") };
  });
}

export function claimOperations(receipts: Receipts, queues: Queues) {
  return {
    /** On its own: it never waits for a row, so nobody waits for it in a circle. */
    claim: alone(
      async (
        sql: Sql,
        node: number,
        limit: number,
        except: ReadonlySet<string>,
      ): Promise<ClaimedSubmission[]> => {
        if (limit < 1 || !(await isLiving(sql, node))) return [];
        const parts = (await queues.look(sql, LOOKED_AT)).filter(({ rows }) => rows > 0);
        const rows = await lockFree(sql, parts, { node, limit, except: [...except] });
        const claimed = await take(sql, node, rows);
        for (const { receiptId, epoch } of claimed) receipts.learn(receiptId, epoch);
        return claimed;
      },
    ),
    undecided: read(async (sql: Sql, limit: number): Promise<number> => {
      const parts = await queues.look(sql, Math.max(0, limit));
      return Math.min(
        limit,
        parts.reduce((sum, { rows }) => sum + rows, 0),
      );
    }),
  };
}
