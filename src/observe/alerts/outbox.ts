import type { AlertRecord, AlertRule, AlertTold, Severity } from "../../core/alert.ts";
import { type BackoffRule, backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { Log } from "../../core/log.ts";
import type { Counter } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { Random } from "../../core/random.ts";
import { dueOf } from "./due.ts";
import type { Courier } from "./sinks/courier.ts";
import type { AlertSource, Batch, Notice } from "./sinks/notice.ts";
import { type Sink, shownUrl } from "./sinks/sink.ts";

/** An alert with what decides whether a sink is told of it. */
export interface Outgoing {
  readonly record: AlertRecord;
  readonly severity: Severity;
  readonly muted: boolean;
}

export interface OutboxOptions {
  readonly sink: Sink;
  readonly source: AlertSource;
  /** What changes within this time goes into one message. */
  readonly digestMs: number;
  readonly backoff?: BackoffRule;
}

export interface OutboxModules {
  readonly courier: Pick<Courier, "send">;
  /** Records what was told; it is told again when that fails and the process ends. */
  readonly save: (told: readonly AlertTold[]) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** By `sink` and `result`. */
  readonly deliveries: Counter;
}

const BACKOFF: BackoffRule = { firstMs: 2000, mostMs: 300_000 };

export function noticeOf({ record, severity }: Outgoing): Notice {
  const { rule, text, value, threshold, since, state, firedAt, resolvedAt } = record;
  return {
    ...{ rule, text, value, threshold, since, severity, resolvedAt },
    ...{ state: state === "firing" ? "firing" : "resolved", firedAt: firedAt ?? since },
  };
}

/** The same for the same changes, so that a receiver knows a message that is sent again, after a restart too. */
function idOf(told: readonly AlertTold[]): string {
  return sha256Hex(JSON.stringify(told)).slice(0, 32);
}

/**
 * Tells one sink. Nothing is queued: what is to be told is the difference between how the alerts stand and what the sink was told
 * last, so that it is bounded by the number of rules, a restart goes on where it was, and what changed while the sink did not answer
 * becomes one message.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #modules: OutboxModules;
  readonly #told = new Map<AlertRule, AlertTold>();
  #alerts: readonly Outgoing[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isSending = false;
  #failures = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Told, and not on record yet. */
  readonly #unsaved = new Map<AlertRule, AlertTold>();

  constructor(options: OutboxOptions, modules: OutboxModules) {
    this.#options = options;
    this.#modules = modules;
  }

  get sink(): Sink {
    return this.#options.sink;
  }

  /** Begins with what is on record; a sink that is new is not told what is over. */
  load(told: readonly AlertTold[], records: readonly AlertRecord[]): void {
    this.stop();
    this.#told.clear();
    const { name } = this.sink;
    for (const one of told) if (one.sink === name) this.#told.set(one.rule, one);
    for (const { rule, state, firedAt } of records)
      if (!this.#told.has(rule) && state !== "firing" && firedAt !== null)
        this.#told.set(rule, { sink: name, rule, state: "resolved", firedAt });
  }

  /** How all alerts stand; called after each evaluation. */
  update(alerts: readonly Outgoing[]): void {
    this.#alerts = alerts;
    void this.#save();
    if (this.#timer !== null || this.#isSending) return;
    if (this.#due().length > 0) this.#later(this.#options.digestMs);
    else if (this.#isResendDue()) this.#later(0);
  }

  /** Tells nothing more until the next `load`. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#alerts = [];
    this.#failures = 0;
  }

  #due() {
    const { name } = this.sink;
    return this.#alerts.flatMap((alert) => {
      const due = dueOf(name, alert.record, alert.muted, this.#told.get(alert.record.rule));
      return due === null ? [] : [{ ...due, notice: noticeOf(alert) }];
    });
  }

  #firing(): Notice[] {
    return this.#alerts.filter(({ record, muted }) => record.state === "firing" && !muted).map(noticeOf);
  }

  #isResendDue(): boolean {
    const { resendMs } = this.sink;
    if (resendMs === null || this.#firing().length === 0) return false;
    return this.#modules.clock.monotonicMs() - this.#sentAt >= resendMs;
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#isSending = true;
      void this.#send().finally(() => {
        this.#isSending = false;
        if (this.#timer === null) this.update(this.#alerts);
      });
    }, ms).unref();
  }

  async #send(): Promise<void> {
    const { clock, random, courier } = this.#modules;
    const due = this.#due();
    const changes = due.filter(({ isSent }) => isSent).map(({ notice }) => notice);
    const told = due.map((one) => one.told);
    if (changes.length === 0 && !this.#isResendDue()) return this.#remember(told);
    const id = changes.length === 0 ? random.uuid() : idOf(told);
    const batch: Batch = { id, at: clock.nowMs(), changes, firing: this.#firing(), test: false };
    const { url, format } = this.sink;
    const { error } = await courier.send(url, "POST", format(batch, this.#options.source));
    if (error !== null) return this.#failed(error);
    this.#delivered();
    await this.#remember(told);
  }

  #delivered(): void {
    const { clock, log, deliveries } = this.#modules;
    const { name } = this.sink;
    deliveries.add({ sink: name, result: "delivered" });
    if (this.#failures > 0)
      log.info("alerts_delivered_again", { sink: name, after_failures: this.#failures });
    this.#failures = 0;
    this.#sentAt = clock.monotonicMs();
  }

  #remember(told: readonly AlertTold[]): Promise<void> {
    for (const one of told) {
      this.#told.set(one.rule, one);
      this.#unsaved.set(one.rule, one);
    }
    return this.#save();
  }

  /** Tried again with the next evaluation. */
  async #save(): Promise<void> {
    const told = [...this.#unsaved.values()];
    if (told.length === 0) return;
    try {
      await this.#modules.save(told);
      for (const one of told) if (this.#unsaved.get(one.rule) === one) this.#unsaved.delete(one.rule);
    } catch (error) {
      this.#modules.log.debug("alerts_told_not_saved", { sink: this.sink.name, cause: causeText(error) });
    }
  }

  /** Logged at the first, second, fourth, eighth failure in a row, and so on. */
  #failed(error: string): void {
    const { log, random, deliveries } = this.#modules;
    const { name, kind, url } = this.sink;
    deliveries.add({ sink: name, result: "failed" });
    this.#failures++;
    const againMs = backoffMs(this.#failures, this.#options.backoff ?? BACKOFF, () => random.unit());
    if (Number.isInteger(Math.log2(this.#failures)))
      log.warn("alerts_not_delivered", {
        ...{ sink: name, kind, at: shownUrl(url), failures: this.#failures, cause: error },
        again_in_ms: Math.round(againMs),
      });
    if (this.#alerts.length > 0) this.#later(againMs);
  }
}
