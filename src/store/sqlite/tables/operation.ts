/** Runs between groups and sees only committed data. */
export interface Read<A extends readonly unknown[], R> {
  readonly kind: "read";
  readonly run: (...args: A) => R;
}

/** Runs inside a group, under its own savepoint. */
export interface Write<A extends readonly unknown[], R> {
  readonly kind: "write";
  readonly run: (...args: A) => R;
}

/** A long read: one step at a time between groups, over one snapshot of the store. */
export interface Scan<A extends readonly unknown[], R> {
  readonly kind: "scan";
  readonly run: (...args: A) => Generator<undefined, R>;
}

export function read<A extends readonly unknown[], R>(run: (...args: A) => R): Read<A, R> {
  return { kind: "read", run };
}

export function write<A extends readonly unknown[], R>(run: (...args: A) => R): Write<A, R> {
  return { kind: "write", run };
}

export function scan<A extends readonly unknown[], R>(
  run: (...args: A) => Generator<undefined, R>,
): Scan<A, R> {
  return { kind: "scan", run };
}
