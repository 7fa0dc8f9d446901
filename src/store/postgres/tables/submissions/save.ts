import { type Sql, type Statement, statement } from "../../sql.ts";
import { type LogEnd, storeLines } from "../lines.ts";
import { partOf } from "../partitions.ts";
import { perEpoch } from "../perEpoch.ts";
import { forfeit, recordStrike } from "../strike.ts";
import { count, sight } from "../tally.ts";
import type { Changes, Ended, Ledger, Pay } from "./ledger.ts";

type Values = readonly unknown[];

const noCounts = { submitted: 0, accepted: 0, rejected: 0, void: 0 } as const;

const insertRows = perEpoch((epoch) =>
  statement(
    `insert_submissions_${epoch}`,
    `INSERT INTO ${partOf("submissions", epoch)} (epoch, id, receipt, challenge, lane, tier, seq, hotkey,
       answer_sha256, weight, received_at, block, draw_n, draw_class, rate, x, sampled, tries, state)
     SELECT ${epoch}, *, 0, 'pending' FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::int[],
       $6::bigint[], $7::text[], $8::text[], $9::float8[], $10::float8[], $11::bigint[], $12::bigint[], $13::text[],
       $14::text[], $15::text[], $16::smallint[])`,
  ),
);

const insertAnswers = perEpoch((epoch) =>
  statement(
    `insert_answers_${epoch}`,
    `INSERT INTO ${partOf("answers", epoch)} (epoch, id, received_at, owner, encoding, bytes)
     SELECT ${epoch}, * FROM unnest($1::bigint[], $2::float8[], $3::bigint[], $4::text[], $5::bytea[])`,
  ),
);

const endRows = perEpoch((epoch) =>
  statement(
    `end_submissions_${epoch}`,
    `UPDATE ${partOf("submissions", epoch)} s SET state = q.state, code = q.code, verified = q.verified,
       decided_at = q.at
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], $5::float8[]) q(id, state, code, verified, at)
     WHERE s.id = q.id`,
  ),
);

/** Whatever the end: the answer is no longer needed, and its hash stays. */
const dropAnswers = perEpoch((epoch) =>
  statement(`drop_answers_${epoch}`, `DELETE FROM ${partOf("answers", epoch)} WHERE id = ANY($1::bigint[])`),
);

const insertSolves = perEpoch((epoch) =>
  statement(
    `insert_solves_${epoch}`,
    `INSERT INTO ${partOf("solves", epoch)} (epoch, challenge, lane, hotkey, weight, received_at, verified, forfeited)
     SELECT ${epoch}, * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::smallint[],
       $7::smallint[])`,
  ),
);

const flagOf = (is: boolean): number => (is ? 1 : 0);

/** Writes what a group changed. A strike's consequences reach what was on record before the group; in the group its rules did it. */
export async function save(sql: Sql, { ends, changes }: Ledger): Promise<void> {
  for (const consequence of changes.consequences) {
    if ("strike" in consequence) await recordStrike(sql, consequence.strike, consequence.afterId);
    else await forfeit(sql, consequence.forfeits);
  }
  const sent = [...ends.values()].flatMap((end) => saveEpoch(sql, end, changes));
  await Promise.all([...sent, ...saveMiners(sql, changes)]);
}

function saveEpoch(sql: Sql, end: LogEnd, changes: Changes): Promise<unknown>[] {
  const { epoch } = end;
  const of = <T>(rows: readonly T[], epochOf: (row: T) => number): T[] =>
    rows.filter((row) => epochOf(row) === epoch);
  const admitted = of(changes.admitted, ({ given }) => given.epoch);
  const ended = of(changes.ended, (row) => row.epoch);
  const paid = of(changes.paid, ({ submission }) => submission.epoch);
  const lines = of(changes.lines, (row) => row.epoch);
  const send = (many: readonly unknown[], make: (epoch: number) => Statement, values: () => Values) =>
    many.length === 0 ? [] : [sql.run(make(epoch), values())];
  return [
    ...send(admitted, insertRows, () => submissionColumns(admitted)),
    ...send(admitted, insertAnswers, () => [
      admitted.map(({ id }) => id),
      admitted.map(({ given }) => given.receivedAt),
      admitted.map(({ given }) => given.node ?? 0),
      admitted.map(({ given }) => given.answer.encoding),
      admitted.map(({ given }) => given.answer.bytes),
    ]),
    ...send(ended, endRows, () => endColumns(ended)),
    ...send(ended, dropAnswers, () => [ended.map(({ id }) => id)]),
    ...send(paid, insertSolves, () => solveColumns(paid)),
    ...storeLines(sql, end, lines),
  ];
}

function submissionColumns(rows: Changes["admitted"]): Values {
  return [
    rows.map(({ id }) => id),
    rows.map(({ given }) => given.receiptId),
    rows.map(({ given }) => given.challengeId),
    rows.map(({ given }) => given.lane),
    rows.map(({ given }) => given.tier),
    rows.map(({ given }) => given.seq),
    rows.map(({ given }) => given.hotkey),
    rows.map(({ given }) => given.answerSha256),
    rows.map(({ given }) => given.weight),
    rows.map(({ given }) => given.receivedAt),
    rows.map(({ given }) => given.block),
    rows.map(({ drawN }) => drawN),
    rows.map(({ given }) => given.draw.class),
    rows.map(({ given }) => given.draw.rate),
    rows.map(({ given }) => given.draw.x),
    rows.map(({ given }) => flagOf(given.draw.sampled)),
  ];
}

function endColumns(rows: readonly Ended[]): Values {
  return [
    rows.map(({ id }) => id),
    rows.map(({ state }) => state),
    rows.map(({ code }) => code),
    rows.map(({ verified }) => flagOf(verified)),
    rows.map(({ at }) => at),
  ];
}

function solveColumns(rows: readonly Pay[]): Values {
  return [
    rows.map(({ submission }) => submission.challengeId),
    rows.map(({ submission }) => submission.lane),
    rows.map(({ submission }) => submission.hotkey),
    rows.map(({ submission }) => submission.weight),
    rows.map(({ submission }) => submission.receivedAt),
    rows.map(({ verified }) => flagOf(verified)),
    rows.map(({ forfeited }) => flagOf(forfeited)),
  ];
}

function saveMiners(sql: Sql, { seen, counts }: Changes): Promise<unknown>[] {
  const sightings = [...seen].flatMap(([hotkey, { first, last, submitted }]) => [
    { hotkey, block: first, counts: { ...(counts.get(hotkey) ?? noCounts), submitted } },
    { hotkey, block: last, counts: noCounts },
  ]);
  const others = [...counts].flatMap(([hotkey, ends]) =>
    seen.has(hotkey) ? [] : [{ hotkey, counts: ends }],
  );
  return [sight(sql, sightings), count(sql, others)];
}
