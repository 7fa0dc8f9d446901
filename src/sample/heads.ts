import type { Clock } from "../core/clock.ts";
import type { Signer } from "../core/ed25519.ts";
import type { EpochCalendar } from "../core/epochs.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import { causeText } from "../core/problems/assayError.ts";
import type { EpochRecord, LogHead } from "../flow/draw.ts";
import type { Store } from "../flow/store.ts";

/** An epoch's length has this many parts; at most one head is signed in each. */
const PARTS = 12;

export interface LogHeadsModules {
  readonly store: Pick<Store, "addLogHead" | "logHeads">;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Signs the heads of logs: at the start of each part of an epoch, and when an epoch closes. */
export class LogHeads {
  readonly #modules: LogHeadsModules;
  readonly #epochs: EpochCalendar;
  readonly #refused: Counter;
  /** The last part in which every open epoch was handled; null before the first. */
  #done: number | null = null;

  constructor(epochs: EpochCalendar, modules: LogHeadsModules) {
    this.#modules = modules;
    this.#epochs = epochs;
    this.#refused = modules.metrics.counter(
      "assay_log_heads_refused_total",
      "Signed heads not recorded: the epoch has all it may have, or closed meanwhile",
    );
  }

  /** Signs now that the epoch's log has the head of its record. */
  sign({ epoch, log_head }: Pick<EpochRecord, "epoch" | "log_head">): LogHead {
    const { signer, clock } = this.#modules;
    const unsigned = { epoch, log_head, signed_at: clock.nowMs(), key_id: signer.kid };
    return { ...unsigned, signature: signer.signDocument(unsigned) };
  }

  /** Once in each part: records a head of every epoch whose log has grown. Failures are tried again at the next call. */
  async record(open: readonly EpochRecord[]): Promise<void> {
    const part = this.#partOf(this.#modules.clock.nowMs());
    if (part === this.#done) return;
    let failures = 0;
    for (const record of open) {
      try {
        await this.#recordOne(record, part);
      } catch (error) {
        failures++;
        this.#modules.log.error("log_head_failed", { epoch: record.epoch, cause: causeText(error) });
      }
    }
    if (failures === 0) this.#done = part;
  }

  /** The time of the last head is on record, so that a restart signs no additional ones. */
  async #recordOne(record: EpochRecord, part: number): Promise<void> {
    if (record.log_length === 0) return;
    const { store, log } = this.#modules;
    const last = (await store.logHeads(record.epoch)).at(-1);
    if (last?.log_head === record.log_head) return;
    if (last !== undefined && this.#partOf(last.signed_at) === part) return;
    const head = this.sign(record);
    if (await store.addLogHead(head)) log.debug("log_head_signed", { epoch: head.epoch });
    else this.#refused.add();
  }

  /** When the part began. */
  #partOf(ms: number): number {
    const { beginsAt, hours } = this.#epochs.at(ms);
    const partMs = (hours * 3_600_000) / PARTS;
    return beginsAt + Math.floor((ms - beginsAt) / partMs) * partMs;
  }
}
