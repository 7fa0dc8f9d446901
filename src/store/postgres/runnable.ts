import type { Sql } from "./sql.ts";
import type { Settled } from "./tables/operation.ts";

/** Operations as the kernel sees them: the caller's side checks the types of the arguments. */
export type RunnableRead = {
  readonly kind: "read";
  readonly stale: ((answer: unknown) => boolean) | null;
  readonly run: (sql: Sql, ...args: readonly unknown[]) => Promise<unknown>;
};

export type RunnableAlone = {
  readonly kind: "alone";
  readonly run: (sql: Sql, ...args: readonly unknown[]) => Promise<unknown>;
};

export type RunnableWrite = {
  readonly kind: "write";
  readonly run: (sql: Sql, ...args: readonly unknown[]) => Promise<unknown>;
};

export type RunnableBatch = {
  readonly kind: "batch";
  readonly locksAll: boolean;
  readonly isApart: boolean;
  readonly takesTurns: boolean;
  readonly run: (sql: Sql, calls: readonly (readonly unknown[])[]) => Promise<readonly Settled<unknown>[]>;
};

export type Runnable = RunnableRead | RunnableAlone | RunnableWrite | RunnableBatch;
