import type { ChainedEntry, LogText } from "../../../flow/store.ts";
import { brokenLink, lineOf, publishedLine } from "../../records/logLine.ts";
import { integer, type Row, text, Unreadable } from "../../records/rows.ts";
import { first, type Sql, statement } from "../sql.ts";
import { withEnd } from "./lines.ts";
import { staleRead } from "./operation.ts";
import { partOf } from "./partitions.ts";
import { perEpoch } from "./perEpoch.ts";

/** A page ends after about this many bytes of lines: a line of draws has up to 50 kB. */
const PAGE_BYTES = 65_536;
const PAGE_LINES = 128;

const end = statement(
  "log_end",
  "SELECT epoch, commitment, closed_at, log_head, log_length FROM epochs WHERE epoch = $1",
);
const hashAt = perEpoch((epoch) =>
  statement(`hash_at_${epoch}`, `SELECT hash FROM ${partOf("log_lines", epoch)} WHERE n = $1`),
);
const lines = perEpoch((epoch) =>
  statement(
    `lines_of_${epoch}`,
    `SELECT s.*, l.n, l.hash, l.line FROM ${partOf("log_lines", epoch)} l
       LEFT JOIN ${partOf("submissions", epoch)} s ON s.id = l.submission
     WHERE l.n > $1 ORDER BY l.n LIMIT $2`,
  ),
);

interface Published {
  readonly n: number;
  readonly line: string;
  readonly hash: string;
}

/** Throws `Unreadable` rather than give a line that is not the one that was logged. Ends early at `PAGE_BYTES`. */
async function walk(sql: Sql, epoch: number, after: number, limit: number): Promise<Published[]> {
  const row = await first(sql, end, [epoch]);
  if (row === undefined) return [];
  const record = await withEnd(sql, row);
  if (after >= integer(record, "log_length") || limit < 1) return [];
  // The first line's `prev` is the commitment.
  const before = after < 0 ? undefined : await first(sql, hashAt(epoch), [after]);
  let prev = before === undefined ? text(record, "commitment") : text(before, "hash");
  let bytes = 0;
  const page: Published[] = [];
  const from = Math.max(after, -1) + 1;
  for (const row of await sql.rows(lines(epoch), [after, limit])) {
    const line = checked(row, epoch, from + page.length, prev);
    prev = line.hash;
    page.push(line);
    bytes += line.line.length;
    if (bytes >= PAGE_BYTES) return page;
  }
  checkEnd(record, { epoch, next: from + page.length, prev, full: page.length >= limit });
  return page;
}

function checked(row: Row, epoch: number, n: number, prev: string): Published {
  const line = lineOf(row, prev);
  const fault = brokenLink(row, line, n, prev);
  if (fault !== null) throw new Unreadable(`log of epoch ${epoch}: ${fault}`);
  return { n, line, hash: text(row, "hash") };
}

interface Reached {
  readonly epoch: number;
  readonly next: number;
  readonly prev: string;
  readonly full: boolean;
}

function checkEnd(record: Row, { epoch, next, prev, full }: Reached): void {
  const length = integer(record, "log_length");
  if (next > length || (next === length && prev !== text(record, "log_head")) || (next < length && !full))
    throw new Unreadable(
      `log of epoch ${epoch}: it ends after line ${next - 1} and not in the head on record`,
    );
}

export const chainLogOperations = {
  // Lines are never changed, so those that a replica has will do; where it has no more, the primary may have.
  logText: staleRead(
    async (sql: Sql, epoch: number, after: number): Promise<LogText | null> => {
      const page = await walk(sql, epoch, after, PAGE_LINES);
      const last = page.at(-1);
      if (last === undefined) return null;
      return { text: page.map(({ line, hash }) => `${publishedLine(line, hash)}\n`).join(""), last: last.n };
    },
    (page) => page !== null,
  ),
  logPage: staleRead(
    async (sql: Sql, epoch: number, after: number, limit: number): Promise<ChainedEntry[]> =>
      (await walk(sql, epoch, after, limit)).map(
        ({ line, hash }) => ({ ...JSON.parse(line), hash }) as ChainedEntry,
      ),
    (page) => page.length > 0,
  ),
};
