import type { Log } from "../../../core/log.ts";
import type { Counter, Gauge, Metrics } from "../../../core/metrics.ts";
import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { type AlarmCode, alarmCodes, type WeightsAlarm } from "./late.ts";
import type { WeightsHeights } from "./weightsStatus.ts";

/** What is told of weights on their way: metrics, log lines, open alarms. */
export class WeightsMeasures {
  readonly #log: Log;
  readonly #age: Gauge;
  readonly #attempts: Counter;
  readonly #leftOut: Counter;
  readonly #epoch: Gauge;
  readonly #alarm: Gauge;
  readonly #open = new Map<AlarmCode, WeightsAlarm>();

  constructor({ log, metrics }: { readonly log: Log; readonly metrics: Metrics }) {
    this.#log = log;
    this.#age = metrics.gauge(
      "assay_chain_weights_age_blocks",
      "Finalised blocks since weights were last confirmed; -1 before the first",
    );
    this.#attempts = metrics.counter(
      "assay_chain_weights_attempts_total",
      "Extrinsics made (sent), those without effect (failed), and plans committed, confirmed and missed",
      ["outcome"],
    );
    this.#leftOut = metrics.counter(
      "assay_chain_weights_left_out_total",
      "Rows of weights not sent: their hotkey was not registered at the block of submission",
    );
    this.#epoch = metrics.gauge(
      "assay_chain_epoch_blocks",
      "Blocks until the next epoch of the subnet; -1 while unknown",
    );
    this.#alarm = metrics.gauge("assay_chain_weights_alarm", "1 while an alarm on weights is open", [
      "alarm",
    ]);
    for (const alarm of alarmCodes) this.#alarm.set(0, { alarm });
  }

  heights({ block, last_confirmed, next_epoch_block }: WeightsHeights): void {
    const from = (height: number, other: number | null | undefined): number =>
      other === null || other === undefined ? -1 : Math.abs(height - other);
    this.#age.set(from(block ?? 0, last_confirmed?.block));
    this.#epoch.set(from(block ?? 0, next_epoch_block));
  }

  sent({ period, method, left_out }: WeightPlan, purpose: "weights" | "reveal"): void {
    this.#attempts.add({ outcome: "sent" });
    if (purpose === "weights") this.#leftOut.add({}, left_out.length);
    this.#log.info("weights_sent", { period, purpose, method, left_out: left_out.length });
  }

  /** A plan is in another state than before. */
  changed(before: WeightPlan, { period, state, reason, method }: WeightPlan): void {
    if (before.state === state) return;
    const entry = { period, state, method, reason };
    if (state === "committed" || state === "confirmed" || state === "missed")
      this.#attempts.add({ outcome: state });
    if (state === "planned") this.#attempts.add({ outcome: "failed" });
    if (state === "missed") this.#log.error("weights_missed", entry);
    else if (state === "planned") this.#log.warn("weights_failed", entry);
    else this.#log.info("weights_advanced", entry);
  }

  /** Those that are open now: others are resolved. */
  alarms(now: ReadonlyMap<AlarmCode, string>, block: number): void {
    for (const code of alarmCodes) {
      const text = now.get(code);
      const open = this.#open.get(code);
      if (text === undefined) {
        if (open !== undefined) this.#log.info("weights_alarm_resolved", { alarm: code });
        this.#open.delete(code);
      } else {
        if (open === undefined) this.#log.error("weights_alarm", { alarm: code, cause: text });
        this.#open.set(code, { code, text, since_block: open?.since_block ?? block });
      }
      this.#alarm.set(text === undefined ? 0 : 1, { alarm: code });
    }
  }

  openAlarms(): WeightsAlarm[] {
    return [...this.#open.values()];
  }
}
