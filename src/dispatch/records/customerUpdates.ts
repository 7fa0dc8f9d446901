import type { Log } from "../../core/log.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { CustomerUpdate } from "../../flow/job.ts";
import type { Store } from "../../flow/store.ts";

/**
 * What became of customer jobs, on its way to the store; the newest of each job wins. While the store is down it is tried
 * again; an answer that the store can never take fails its job, and nothing waits behind it. Bounded by the customer jobs there are.
 */
export class CustomerUpdates {
  readonly #records: Pick<Store, "updateCustomerJob">;
  readonly #log: Log;
  readonly #failed: () => void;
  readonly #waiting = new Map<string, CustomerUpdate>();
  #writing: Promise<void> | null = null;

  constructor(records: Pick<Store, "updateCustomerJob">, log: Log, failed: () => void) {
    this.#records = records;
    this.#log = log;
    this.#failed = failed;
  }

  put(update: CustomerUpdate): void {
    this.#waiting.set(update.jobId, update);
    void this.flush();
  }

  /** Writes what waits, one after the other; stops at the first that is not taken. Never rejects. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    for (const update of this.#waiting.values()) {
      try {
        await this.#records.updateCustomerJob(update);
      } catch (error) {
        this.#failed();
        this.#log.error("customer_job_not_recorded", { job_id: update.jobId, cause: causeText(error) });
        if (error instanceof AssayError) return;
        this.#settle(update, asFailed(update));
        continue;
      }
      this.#settle(update, null);
    }
  }

  /** A newer one may have come meanwhile; it stays for its own turn. */
  #settle(update: CustomerUpdate, next: CustomerUpdate | null): void {
    if (this.#waiting.get(update.jobId) !== update) return;
    this.#waiting.delete(update.jobId);
    if (next !== null) this.#waiting.set(update.jobId, next);
  }
}

/** Null when there is nothing left that could be recorded. */
function asFailed(update: CustomerUpdate): CustomerUpdate | null {
  if (update.state !== "done") return null;
  return { ...update, state: "failed", answer: null, hotkey: null, code: "answer_unrecordable" };
}
