import { lockAdvisory } from "./advisory.ts";
import type { Connection } from "./connection.ts";
import { isLost, isRetryable } from "./failure.ts";
import type { RunnableBatch, RunnableWrite } from "./runnable.ts";
import type { Settled } from "./tables/operation.ts";

/** A call that waits for its group. */
export interface Call {
  readonly operation: RunnableWrite | RunnableBatch;
  readonly args: readonly unknown[];
}

type Outcomes = (Settled<unknown> | undefined)[];

/**
 * Runs calls in one transaction and in order: neighbouring calls of batches together, each of the others under a savepoint. A group
 * with calls that take turns calls `join` at its turn, which may add to `calls`. Returns an outcome per call, committed. Throws when
 * the transaction as a whole failed; then none of them is recorded, unless the connection was lost while it committed.
 */
export async function runGroup(
  connection: Connection,
  calls: readonly Call[],
  join: () => void,
): Promise<Settled<unknown>[]> {
  try {
    return await inTurn(connection, calls, join);
  } catch (error) {
    if (calls.length < 2 || isRetryable(error) || isLost(error) || !connection.isUsable) throw error;
    // One of a batch failed all of it: each on its own shows which.
    connection.begin();
    return attempt(connection, calls, true);
  }
}

const takesTurns = ({ operation }: Call): boolean => operation.kind === "batch" && operation.takesTurns;

async function inTurn(
  connection: Connection,
  calls: readonly Call[],
  join: () => void,
): Promise<Settled<unknown>[]> {
  connection.begin();
  if (calls.some(takesTurns)) {
    try {
      await lockAdvisory(connection, "turn");
    } catch (error) {
      await connection.rollback();
      throw error;
    }
    join();
  }
  return attempt(connection, calls, false);
}

/** In the transaction that has begun. */
async function attempt(
  connection: Connection,
  calls: readonly Call[],
  apart: boolean,
): Promise<Settled<unknown>[]> {
  const outcomes: Outcomes = calls.map(() => undefined);
  try {
    for (let next = 0; next < calls.length; ) {
      const call = calls[next];
      if (!apart && call?.operation.kind === "batch")
        next = await runBatches(connection, calls, next, outcomes);
      else if (call !== undefined) outcomes[next++] = await protectedCall(connection, call);
    }
  } catch (error) {
    await connection.rollback();
    throw error;
  }
  await connection.commit();
  return outcomes.map((outcome) => outcome ?? { error: new Error("a call of a group was not answered") });
}

/** Runs the batches of neighbouring calls from `from` on; returns where the neighbours end. */
async function runBatches(
  connection: Connection,
  calls: readonly Call[],
  from: number,
  outcomes: Outcomes,
): Promise<number> {
  const places = new Map<RunnableBatch, number[]>();
  let to = from;
  for (let call = calls[to]; call?.operation.kind === "batch"; call = calls[++to]) {
    const known = places.get(call.operation);
    if (known === undefined) places.set(call.operation, [to]);
    else known.push(to);
  }
  const ordered = [...places].sort(([a], [b]) => Number(b.locksAll) - Number(a.locksAll));
  for (const [batch, indexes] of ordered) {
    const settled = await batch.run(
      connection,
      indexes.map((index) => calls[index]?.args ?? []),
    );
    indexes.forEach((index, at) => {
      outcomes[index] = settled[at];
    });
  }
  return to;
}

/** A failure undoes this call alone, unless it is one for which the whole transaction is tried again. */
async function protectedCall(connection: Connection, call: Call): Promise<Settled<unknown>> {
  connection.savepoint();
  try {
    const settled = await runOne(connection, call);
    connection.ahead("RELEASE one");
    return settled;
  } catch (error) {
    if (isRetryable(error) || !connection.isUsable) throw error;
    await connection.undo();
    return { error };
  }
}

async function runOne(connection: Connection, { operation, args }: Call): Promise<Settled<unknown>> {
  if (operation.kind === "write") return { value: await operation.run(connection, ...args) };
  const [settled] = await operation.run(connection, [args]);
  return settled ?? { error: new Error("a batch did not answer its call") };
}
