import type { Log } from "../../core/log.ts";
import type { Counter, Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { isTransient } from "../../core/problems/transient.ts";
import { BoundedMap } from "../../core/queue/boundedMap.ts";
import type { CancellableDelays } from "../cancellableDelays.ts";

/** Longest delay between two tries, ms. */
const MAX_WAIT_MS = 30_000;
/** Tries to record an end before the row is left to `recover`: they span a few minutes of a store that is down. */
const MAX_RECORD_TRIES = 12;
/** Rows remembered that the store never takes an end of: past it the oldest is tried once more. */
const REFUSED_MAX = 1024;

/** Delay before the next try, ms. */
export function backoffMs(retryMs: number, failures: number): number {
  return Math.min(MAX_WAIT_MS, retryMs * 2 ** failures);
}

export interface RecordModules {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly delays: CancellableDelays;
}

/** Tries to record what became of a submission. A row that the store refuses for good is set aside, so that it holds up no other. */
export class RecordTries {
  readonly #retryMs: number;
  readonly #modules: RecordModules;
  readonly #unrecorded: Counter;
  /** Rows left to the next start: `recover` would take them up for ever. */
  readonly #refused = new BoundedMap<string, true>(REFUSED_MAX);
  #stopped = false;

  constructor(retryMs: number, modules: RecordModules) {
    this.#retryMs = retryMs;
    this.#modules = modules;
    this.#unrecorded = modules.metrics.counter("assay_verify_unrecorded_total", "Failed attempts to record", [
      "what",
    ]);
  }

  refused(): Iterable<string> {
    return this.#refused.keys();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Tries until the attempt succeeds; null when it gave up: the row is then still pending in the store. */
  async record<T>(receiptId: string, what: string, attempt: () => Promise<T>): Promise<T | null> {
    const { log, delays } = this.#modules;
    for (let failures = 0; failures < MAX_RECORD_TRIES && !this.#stopped; failures++) {
      try {
        return await attempt();
      } catch (error) {
        this.#unrecorded.add({ what });
        const facts = { receipt_id: receiptId, what, failures, cause: causeText(error) };
        log.error("verify_not_recorded", facts);
        if (!isTransient(error)) {
          this.#refused.set(receiptId, true);
          return null;
        }
      }
      if (!(await delays.wait(backoffMs(this.#retryMs, failures)))) return null;
    }
    return null;
  }
}
