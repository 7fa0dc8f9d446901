import assert from "node:assert/strict";
import { systemClock } from "../../../../src/core/clock.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import { addressOf } from "../../../../src/store/postgres/address.ts";
import { Connector, timeouts } from "../../../../src/store/postgres/connector.ts";
import type { Sql, Statement } from "../../../../src/store/postgres/sql.ts";
import type { Row } from "../../../../src/store/records/rows.ts";

/** Pages that each statement of some work touched, by its name. */
export type PagesTouched = ReadonlyMap<string, number>;

interface Plan {
  readonly "Shared Hit Blocks": number;
  readonly "Shared Read Blocks": number;
}

function planOf(row: Row | undefined): [{ readonly Plan: Plan }] {
  const plan: unknown = row?.["QUERY PLAN"];
  return plan as [{ readonly Plan: Plan }];
}

/** Each statement is explained and undone, and then run. */
class ExplainedSql implements Sql {
  readonly #sql: Sql;
  readonly #command: (text: string) => Promise<void>;
  readonly touched = new Map<string, number>();
  #before: Promise<unknown> = Promise.resolve();

  constructor(sql: Sql, command: (text: string) => Promise<void>) {
    this.#sql = sql;
    this.#command = command;
  }

  rows(of: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.#inOrder(of, values, () => this.#sql.rows(of, values));
  }

  run(of: Statement, values: readonly unknown[] = []): Promise<number> {
    return this.#inOrder(of, values, () => this.#sql.run(of, values));
  }

  noteStanding(hotkey: string): void {
    this.#sql.noteStanding(hotkey);
  }

  tell(topic: Parameters<Sql["tell"]>[0]): void {
    this.#sql.tell(topic);
  }

  /** Statements that are sent at once are explained one by one. */
  #inOrder<T>(of: Statement, values: readonly unknown[], work: () => Promise<T>): Promise<T> {
    const done = this.#before.then(async () => {
      await this.#explain(of, values);
      return work();
    });
    this.#before = done.catch(() => {});
    return done;
  }

  async #explain({ name, text }: Statement, values: readonly unknown[]): Promise<void> {
    const explained = { name: `x_${name}`, text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}` };
    await this.#command("SAVEPOINT explained");
    const [row] = await this.#sql.rows(explained, values);
    await this.#command("ROLLBACK TO explained");
    const [{ Plan: plan }] = planOf(row);
    const pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
    this.touched.set(name, (this.touched.get(name) ?? 0) + pages);
  }
}

/** Runs work in a transaction as the store does, and counts the pages that its statements touch. */
export async function pagesTouched(url: string, work: (sql: Sql) => Promise<unknown>): Promise<PagesTouched> {
  const session = { log: silentLog, metrics: noMetrics, clock: systemClock, random: systemRandom };
  const of = { address: addressOf(url), purpose: "writable", name: "counting", limits: timeouts } as const;
  const connection = await new Connector({ ...of, ...session }).open();
  try {
    const sql = new ExplainedSql(connection, (text) => connection.command(text));
    connection.begin();
    await work(sql);
    await connection.commit();
    return sql.touched;
  } finally {
    await connection.close();
  }
}

/** Fails where a statement touches more pages than it may, given what it touched before. */
export function assertFlat(
  before: PagesTouched,
  after: PagesTouched,
  most: (name: string, pages: number) => number,
): void {
  for (const [name, pages] of after) {
    const known = before.get(name) ?? 0;
    assert.ok(pages <= most(name, known), `${name} touched ${known} pages, and ${pages} now`);
  }
}
