import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sql, Statement } from "../../../../src/store/postgres/sql.ts";
import { Queues } from "../../../../src/store/postgres/tables/submissions/queue.ts";

/** One open epoch, as a server has it. */
interface Server {
  readonly startedAt: number;
  /** Ids of the rows that wait. */
  pending: number[];
}

/** Answers the look of a queue, and notes where each begins. */
function sqlOf(at: { server: Server }, begins: number[]): Sql {
  const rows = async ({ name }: Statement, values: readonly unknown[] = []) => {
    const { startedAt, pending } = at.server;
    if (name === "queue_epochs") return [{ epoch: 7, server: startedAt }];
    begins.push(Number(values[0]));
    const waiting = pending.filter((id) => id >= Number(values[0]));
    return [{ n: waiting.length, first: waiting[0] ?? null, last: waiting.at(-1) ?? null }];
  };
  return { rows, run: async () => 0, noteStanding: () => undefined, tell: () => undefined };
}

test("what was decided is not passed again on one server, and looked at anew on the one that takes its place", async () => {
  const at = { server: { startedAt: 1, pending: [4, 5, 6] } as Server };
  const begins: number[] = [];
  const [queues, sql] = [new Queues(), sqlOf(at, begins)];
  const waiting = async (): Promise<number> => (await queues.look(sql, 100))[0]?.rows ?? -1;
  assert.equal(await waiting(), 3);
  at.server.pending = [];
  assert.equal(await waiting(), 0);
  assert.equal(await waiting(), 0);
  assert.deepEqual(begins, [0, 4, 7]);
  at.server = { startedAt: 2, pending: [5] };
  assert.equal(await waiting(), 1, "a decision that nobody was told of is lost with the server");
  assert.deepEqual(begins, [0, 4, 7, 0]);
});
