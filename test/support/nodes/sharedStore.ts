import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../src/core/clock.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { migrate } from "../../../src/store/sqlite/migrations/migrate.ts";
import { makeOperations, type OperationName } from "../../../src/store/sqlite/tables/operations.ts";
import type { Effect, History } from "./history.ts";

type Runnable =
  | { readonly kind: "read" | "write"; readonly run: (...args: readonly unknown[]) => unknown }
  | { readonly kind: "scan"; readonly run: (...args: readonly unknown[]) => Generator<undefined, unknown> };

/** Runs a call; a store with a fault runs another in its place. */
export type Fault = (store: SharedStore, name: OperationName, args: readonly unknown[]) => unknown;

/**
 * The store that the processes share: the rules of the embedded store in memory, one call after another, each in a transaction of
 * its own, by the store's clock.
 */
export class SharedStore {
  readonly db = new DatabaseSync(":memory:");
  readonly history: History;
  readonly clock: Clock;
  readonly #operations: Readonly<Record<OperationName, Runnable>>;
  readonly #fault: Fault | null;

  constructor(clock: Clock, history: History, fault: Fault | null = null) {
    this.clock = clock;
    this.history = history;
    this.#fault = fault;
    migrate(this.db, () => undefined);
    this.#operations = makeOperations(this.db, this.db, clock) as Readonly<Record<OperationName, Runnable>>;
  }

  /** Takes a call's effect and records it. Throws what the store refuses with. */
  apply(call: Pick<Effect, "process" | "name" | "args" | "answered">): unknown {
    const { name, args } = call;
    const base = { at: this.clock.nowMs(), ...call };
    try {
      const result = this.#fault === null ? this.run(name, args) : this.#fault(this, name, args);
      this.history.effect({ ...base, result, refused: null });
      return result;
    } catch (error) {
      const refused = error instanceof AssayError ? error.problem.code : String(error);
      this.history.effect({ ...base, result: null, refused });
      throw error;
    }
  }

  run(name: OperationName, args: readonly unknown[]): unknown {
    const operation = this.#operations[name];
    if (operation.kind === "read") return operation.run(...args);
    if (operation.kind === "scan") return wholeOf(operation.run(...args));
    this.db.exec("BEGIN");
    try {
      const result = operation.run(...args);
      this.db.exec("COMMIT");
      return result;
    } catch (error) {
      this.db.exec("ROLLBACK");
      throw error;
    }
  }
}

function wholeOf(steps: Generator<undefined, unknown>): unknown {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
