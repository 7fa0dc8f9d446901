import type { Log } from "../../core/log.ts";
import type { Counter, Gauge, Metrics } from "../../core/metrics.ts";
import { observe } from "./eValue.ts";
import { MinerTable } from "./miners.ts";
import { RecentDraws } from "./recent.ts";
import { type LaneSeries, LaneTable, type Series, type WatchedDraw } from "./series.ts";

/** At least this many recent draws are remembered, so that a repeated answer is not counted again. */
const RECENT = 16_384;
/** Alarms kept for display, for lanes and for miners each; later ones are only logged and counted. */
const ALARMS = 256;

/** A realised rate that left its design, with the counts at that moment. */
export interface Alarm {
  readonly lane: string;
  readonly class: string;
  /** The design rate as the policy writes it. */
  readonly rate: string;
  readonly draws: number;
  readonly sampled: number;
  /** The miner whose draws these are; null for all draws of a lane and class. */
  readonly hotkey: string | null;
}

/**
 * Follows the realised rate of every lane and class, and of every miner in them, draw by draw, and raises an alarm once
 * when it leaves the design. An alarm stays until the process ends. The probability that a run of any length raises any
 * false alarm, over all series together, is at most 0.0097.
 */
export class RateWatch {
  readonly #lanes: LaneTable;
  readonly #miners: MinerTable;
  readonly #recent = new RecentDraws(RECENT);
  readonly #raised = { lane: [] as Alarm[], miner: [] as Alarm[] };
  readonly #log: Log;
  readonly #alarms: Counter;
  readonly #realised: Gauge;

  constructor({ log, metrics }: { log: Log; metrics: Metrics }) {
    this.#log = log;
    this.#alarms = metrics.counter("assay_sample_rate_alarms_total", "Realised rate left the design", [
      "lane",
      "class",
      "of",
    ]);
    this.#realised = metrics.gauge("assay_sample_realised_ratio", "Sampled share of the draws", [
      "lane",
      "class",
    ]);
    const dropped = metrics.counter(
      "assay_sample_watch_dropped_total",
      "Series of draws no longer followed",
      ["of"],
    );
    this.#lanes = new LaneTable(() => dropped.add({ of: "lane" }));
    this.#miners = new MinerTable(() => dropped.add({ of: "miner" }));
  }

  /** Counts a draw once, however many times it is asked for; at rates of 0 and 1 repeats do no harm. */
  count(draw: WatchedDraw): void {
    const lane = this.#lanes.of(draw);
    const { rate } = lane.design;
    if (rate === 0 || rate === 1) {
      this.#countCertain(lane, draw.sampled);
      return;
    }
    if (!this.#recent.isNew(draw.x)) return;
    observe(lane.evidence, lane.design, draw.sampled);
    if (isRefuted(lane)) this.#raise(lane, lane, null);
    const miner = this.#miners.of(draw.hotkey, lane);
    observe(miner.evidence, lane.design, draw.sampled);
    if (isRefuted(miner)) this.#raise(miner, lane, draw.hotkey);
  }

  /** Sets the metric of the realised rates; not at every draw, since it takes a seventh of the time of a draw. */
  show(): void {
    for (const { lane, class: drawClass, evidence } of this.#lanes.leastUsedFirst()) {
      if (evidence.draws > 0)
        this.#realised.set(evidence.sampled / evidence.draws, { lane, class: drawClass });
    }
  }

  /** Those of lanes and classes first, then those of miners, each in the order in which they were raised. */
  alarms(): readonly Alarm[] {
    return [...this.#raised.lane, ...this.#raised.miner];
  }

  /** At a rate of 0 or 1 only an impossible outcome refutes the design. */
  #countCertain(lane: LaneSeries, sampled: boolean): void {
    const { evidence, design } = lane;
    const isContrary = sampled !== (design.rate === 1);
    evidence.draws++;
    if (sampled) evidence.sampled++;
    if (isContrary) evidence.value = Number.POSITIVE_INFINITY;
    if (isRefuted(lane)) this.#raise(lane, lane, null);
  }

  #raise(series: Series, { lane, class: drawClass, rate }: LaneSeries, hotkey: string | null): void {
    series.alarmed = true;
    const { draws, sampled, value } = series.evidence;
    const of = hotkey === null ? "lane" : "miner";
    const raised = this.#raised[of];
    if (raised.length < ALARMS) raised.push({ lane, class: drawClass, rate, draws, sampled, hotkey });
    this.#alarms.add({ lane, class: drawClass, of });
    // The probability that a rate that keeps to its design ever looks like this.
    const chance = 1 / value;
    const data = { lane, class: drawClass, rate, draws, sampled, chance };
    if (hotkey === null) this.#log.error("sample_rate_left_design", data);
    else this.#log.error("sample_rate_left_design", { ...data, hotkey });
  }
}

function isRefuted({ alarmed, evidence, limit }: Series): boolean {
  return !alarmed && evidence.value >= limit;
}
