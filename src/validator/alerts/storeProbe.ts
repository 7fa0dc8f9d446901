import type { Clock } from "../../core/clock.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Store } from "../../flow/store.ts";
import type { StoreFacts } from "../../observe/alerts/facts.ts";

/** A store that does not answer for so long does not work. */
const ANSWER_MS = 5000;

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it has not answered for ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Writes durably, as every answer that is acknowledged is, and times that. */
export async function probeStore(
  write: () => Promise<void>,
  clock: Clock,
  slowMs: number,
  answerMs = ANSWER_MS,
): Promise<StoreFacts> {
  const since = clock.monotonicMs();
  try {
    await within(answerMs, write());
    return { fault: null, ms: clock.monotonicMs() - since, slowMs };
  } catch (error) {
    // Another process leads: the store works.
    if (error instanceof AssayError && error.code === "fenced_off") return { fault: null, ms: null, slowMs };
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { fault: causeText(cause), ms: null, slowMs };
  }
}

export type AlertReads = Pick<
  Store,
  "alerts" | "alertEvents" | "processStarts" | "processReports" | "schemaVersion" | "weightPlans"
>;
