import type { Log } from "../../core/log.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { isTransient } from "../../core/problems/transient.ts";
import type { CustomerUpdate } from "../../flow/job.ts";
import type { Store } from "../../flow/store.ts";

/**
 * Updates of customer jobs on their way to the store; the newest per job wins. While the store is down they are tried again; an
 * answer that the store can never take fails its job and blocks no other. Bounded by the number of customer jobs.
 */
export class CustomerUpdates {
  readonly #records: Pick<Store, "updateCustomerJob">;
  readonly #log: Log;
  readonly #failed: () => void;
  readonly #refused: (jobId: string) => void;
  readonly #waiting = new Map<string, CustomerUpdate>();
  #writing: Promise<void> | null = null;

  /** `refused`: the job has ended otherwise, or another process has it. */
  constructor(
    records: Pick<Store, "updateCustomerJob">,
    log: Log,
    { failed, refused }: { readonly failed: () => void; readonly refused: (jobId: string) => void },
  ) {
    this.#records = records;
    this.#log = log;
    this.#failed = failed;
    this.#refused = refused;
  }

  /** Whether an update of the job is on its way. */
  has(jobId: string): boolean {
    return this.#waiting.has(jobId);
  }

  jobIds(): Iterable<string> {
    return this.#waiting.keys();
  }

  put(update: CustomerUpdate): void {
    this.#waiting.set(update.jobId, update);
    void this.flush();
  }

  /** Writes the waiting updates one by one; stops at the first that the store does not take. Never rejects. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    for (const update of this.#waiting.values()) {
      try {
        if (!(await this.#records.updateCustomerJob(update))) this.#refused(update.jobId);
      } catch (error) {
        this.#failed();
        this.#log.error("customer_job_not_recorded", { job_id: update.jobId, cause: causeText(error) });
        if (isTransient(error)) return;
        this.#settle(update, asFailed(update));
        continue;
      }
      this.#settle(update, null);
    }
  }

  /** A newer update that came meanwhile stays. */
  #settle(update: CustomerUpdate, next: CustomerUpdate | null): void {
    if (this.#waiting.get(update.jobId) !== update) return;
    this.#waiting.delete(update.jobId);
    if (next !== null) this.#waiting.set(update.jobId, next);
  }
}

/** Null when nothing can be recorded. */
function asFailed(update: CustomerUpdate): CustomerUpdate | null {
  if (update.state !== "done") return null;
  return { ...update, state: "failed", answer: null, hotkey: null, code: "answer_unrecordable" };
}
