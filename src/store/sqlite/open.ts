import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { sibling } from "../../core/sibling.ts";
import type { Store } from "../../flow/store.ts";
import { fromFailure } from "./failure.ts";
import { Channel, storeOver } from "./thread/channel.ts";
import type { FromThread, ThreadData } from "./thread/messages.ts";

export interface SqliteStoreOptions {
  readonly file: string;
  /** How long a group of writes collects arriving writes; 2. */
  readonly groupMs?: number;
  /** Writes that share one transaction; 256. */
  readonly groupMax?: number;
  /** Calls that may wait in all; 4,096: a few seconds of work, far more than the admission gate lets in. */
  readonly queueMax?: number;
  /** Copies that are kept of stores of earlier versions, each made before it is brought up; 2. */
  readonly upgradeCopies?: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Called when the open store cannot be trusted any more: every call fails from then on. */
  readonly lost?: (cause: unknown) => void;
}

/**
 * Opens or makes the SQLite store. Throws `store_in_use`, `store_corrupt`, `store_too_new`, `store_not_durable` or
 * `file_unreadable`; a file that is refused is left as it is.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { file, groupMs = 2, groupMax = 256, queueMax = 4096, upgradeCopies = 2 } = options;
  const { log, metrics, clock, lost } = options;
  checkBounds(groupMs, groupMax, queueMax);
  const data: ThreadData = { file, groupMs, groupMax, queueMax, upgradeCopies };
  const worker = new Worker(sibling(import.meta.url, "thread/thread"), {
    workerData: data,
    name: "assay-store",
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  const exited = new Promise<FromThread[]>((resolve) => worker.once("exit", () => resolve([])));
  const [first]: FromThread[] = await Promise.race([once(worker, "message"), exited]);
  if (first?.kind === "opened") {
    log.info("store_opened", { file });
    for (const warning of first.warnings) log.warn("store_warning", { file, warning });
    return storeOver(new Channel(worker, { queueMax, log, metrics, clock, lost: lost ?? (() => {}) }));
  }
  await worker.terminate();
  if (first?.kind === "refused") throw fromFailure(first.failure);
  throw new Error("the store's thread did not report that it opened the file");
}

/** Messages are short-lived; without a bound the young heap grows with the memory of the machine. */
const YOUNG_MIB = 16;

function checkBounds(groupMs: number, groupMax: number, queueMax: number): void {
  if (!(groupMs >= 0)) throw new RangeError(`groupMs: ${groupMs}`);
  if (!Number.isInteger(groupMax) || groupMax < 1) throw new RangeError(`groupMax: ${groupMax}`);
  if (!Number.isInteger(queueMax) || queueMax < 1) throw new RangeError(`queueMax: ${queueMax}`);
}
