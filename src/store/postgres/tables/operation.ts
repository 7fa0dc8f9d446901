import type { Sql } from "../sql.ts";

/** Sees only committed data. */
export interface Read<A extends readonly unknown[], R> {
  readonly kind: "read";
  /** Whether the answer of a replica within its bound will do; null: no replica is asked. */
  readonly stale: ((answer: R) => boolean) | null;
  readonly run: (sql: Sql, ...args: A) => Promise<R>;
}

/** Runs in the transaction of a group, under its own savepoint: when it throws, the rest of the group goes on. */
export interface Write<A extends readonly unknown[], R> {
  readonly kind: "write";
  readonly run: (sql: Sql, ...args: A) => Promise<R>;
}

/** The outcome of one call of a batch. */
export type Settled<R> = { readonly value: R } | { readonly error: unknown };

/** Runs all calls of a group together, in order, so that they share statements. A throw fails them all. */
export interface Batch<A extends readonly unknown[], R> {
  readonly kind: "batch";
  /** Whether it takes the locks of every open epoch: then it runs before those that take some of them. */
  readonly locksAll: boolean;
  /** Whether it goes in groups of its own, beside those of the other writes. */
  readonly isApart: boolean;
  /** Whether the groups of all processes take turns at it; calls that come before a group's turn join the group. */
  readonly takesTurns: boolean;
  readonly run: (sql: Sql, calls: readonly A[]) => Promise<readonly Settled<R>[]>;
}

/** Runs in a transaction of its own, beside the groups: it may wait for locks that a group must not wait for. */
export interface Alone<A extends readonly unknown[], R> {
  readonly kind: "alone";
  readonly run: (sql: Sql, ...args: A) => Promise<R>;
}

export type Operation<A extends readonly unknown[], R> = Read<A, R> | Write<A, R> | Batch<A, R> | Alone<A, R>;

export function read<A extends readonly unknown[], R>(run: (sql: Sql, ...args: A) => Promise<R>): Read<A, R> {
  return { kind: "read", stale: null, run };
}

/** A read that a replica may answer. Where it matters what the replica does not have yet, `willDo` says which answers do not. */
export function staleRead<A extends readonly unknown[], R>(
  run: (sql: Sql, ...args: A) => Promise<R>,
  willDo: (answer: R) => boolean = () => true,
): Read<A, R> {
  return { kind: "read", stale: willDo, run };
}

export function write<A extends readonly unknown[], R>(
  run: (sql: Sql, ...args: A) => Promise<R>,
): Write<A, R> {
  return { kind: "write", run };
}

export function batch<A extends readonly unknown[], R>(
  run: (sql: Sql, calls: readonly A[]) => Promise<readonly Settled<R>[]>,
  how: Partial<Pick<Batch<A, R>, "locksAll" | "isApart" | "takesTurns">> = {},
): Batch<A, R> {
  return { kind: "batch", locksAll: false, isApart: false, takesTurns: false, ...how, run };
}

export function alone<A extends readonly unknown[], R>(
  run: (sql: Sql, ...args: A) => Promise<R>,
): Alone<A, R> {
  return { kind: "alone", run };
}
