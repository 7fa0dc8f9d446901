import { relative, resolve } from "node:path";
import type { TestEvent } from "node:test/reporters";

/** What became of the tests of some files. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  readonly failedIn: Set<string>;
}

export const noCounts = (): Counts => ({ passed: 0, failed: 0, skipped: 0, failedIn: new Set() });

const root = resolve(import.meta.dirname, "../../..");

/** Adds what an event of the runner says. */
export function count(total: Counts, event: TestEvent): void {
  if (event.type === "test:fail" && event.data.todo === undefined && event.data.file !== undefined)
    total.failedIn.add(relative(root, event.data.file));
  if (event.type !== "test:summary" || event.data.file !== undefined) return;
  const { tests, passed, skipped, todo } = event.data.counts;
  total.passed += passed;
  total.failed += tests - passed - skipped - todo;
  total.skipped += skipped + todo;
}
