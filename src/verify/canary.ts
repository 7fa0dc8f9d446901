import { readU64 } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Random } from "../core/random.ts";
import { encodeHotkey } from "../core/ss58.ts";
import type { Draw } from "../flow/draw.ts";
import type { AnsweredJob, JobVerification } from "../flow/job.ts";
import type { PushLane } from "../flow/lane.ts";
import type { Verdict } from "../flow/verdict.ts";

export interface CanaryOptions {
  /** Time from one canary of a lane to the next, ms. */
  readonly everyMs: number;
  /** How long its verdict may take, ms: far longer than with verification full. */
  readonly lateMs: number;
}

export interface CanaryModules {
  readonly lanes: ReadonlyMap<string, PushLane>;
  /** Draws as for a customer's job: everything is sampled. May throw while no epoch can decide. */
  readonly draw: (lane: string, workId: string) => Draw;
  readonly verify: JobVerification["verify"];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Why a canary went undetected: not sampled; found valid; its check failed; its verdict is overdue; it could not be sent. */
export type Undetected = "unsampled" | "valid" | "error" | "late" | "not_started";

interface LaneState {
  /** Monotonic ms. */
  dueAt: number;
  /** When the canary under way was sent, monotonic ms; null without one. */
  since: number | null;
  fault: Undetected | null;
}

/**
 * Sends answers that are known to be wrong through sampling and verification, as if a miner had given them: a checker that
 * accepts everything would look healthy otherwise. One at a time per lane; `tick` must be called every few seconds.
 */
export class Canary {
  readonly #options: CanaryOptions;
  readonly #modules: CanaryModules;
  /** One per lane of the configuration. */
  readonly #states = new Map<string, LaneState>();
  readonly #counters: { readonly detected: Counter; readonly undetected: Counter };

  constructor(options: CanaryOptions, modules: CanaryModules) {
    const { metrics } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#counters = {
      detected: metrics.counter("assay_canaries_detected_total", "Known wrong answers found invalid", [
        "lane",
      ]),
      undetected: metrics.counter(
        "assay_canaries_undetected_total",
        "Known wrong answers that were not found invalid",
        ["lane", "why"],
      ),
    };
  }

  /** The fault, for a readiness check; null while every lane's last canary was detected. */
  fault(): string | null {
    const faults = [...this.#states].flatMap(([lane, { fault }]) =>
      fault === null ? [] : [`lane ${lane}: ${fault}`],
    );
    return faults.length === 0
      ? null
      : `a canary, an answer known to be wrong, was not found invalid: ${faults.join(", ")}`;
  }

  /** Starts the canaries that are due, and checks those under way. */
  tick(): void {
    const now = this.#modules.clock.monotonicMs();
    for (const lane of this.#modules.lanes.values()) {
      const state = this.#stateOf(lane.name, now);
      if (state.since !== null) this.#watch(lane.name, state, now);
      else if (now >= state.dueAt) this.#start(lane, state, now);
    }
  }

  #stateOf(lane: string, now: number): LaneState {
    let state = this.#states.get(lane);
    if (state === undefined) {
      state = { dueAt: now, since: null, fault: null };
      this.#states.set(lane, state);
    }
    return state;
  }

  /** A late canary stays under way, so that one missing verdict counts once. */
  #watch(lane: string, state: LaneState, now: number): void {
    const late = now - (state.since ?? now) > this.#options.lateMs;
    if (late && state.fault !== "late") this.#alarm(lane, state, "late");
  }

  #start(lane: PushLane, state: LaneState, now: number): void {
    try {
      const job = this.#make(lane);
      state.dueAt = now + this.#options.everyMs;
      if (job === null) return;
      if (job.draw.sampled) this.#send(job, state, now);
      else this.#alarm(lane.name, state, "unsampled");
    } catch (error) {
      this.#modules.log.warn("canary_not_started", { lane: lane.name, cause: causeText(error) });
      if (!(error instanceof AssayError)) this.#alarm(lane.name, state, "error");
      // While no epoch can decide, no jobs are handed out either; the next tick tries again. At a turn that lasts seconds.
      else if (now - state.dueAt > this.#options.lateMs && state.fault !== "not_started")
        this.#alarm(lane.name, state, "not_started");
    }
  }

  #send(job: AnsweredJob, state: LaneState, now: number): void {
    state.since = now;
    this.#modules.verify(job, (verdict) => this.#conclude(job.lane, state, verdict));
  }

  /** Null when the lane has no canaries. */
  #make(lane: PushLane): AnsweredJob | null {
    const { random, draw } = this.#modules;
    const canary = lane.canary(readU64(random.bytes(8)) >> 1n);
    if (canary === null) return null;
    const jobId = `jb_${Buffer.from(random.bytes(16)).toString("hex")}`;
    return {
      ...canary,
      jobId,
      lane: lane.name,
      // A new hotkey each time: one that was caught before would not share the batches that the canary tests.
      hotkey: encodeHotkey(random.bytes(32)),
      draw: draw(lane.name, jobId),
      credit: 0,
      block: 0,
      startedAt: 0,
    };
  }

  #conclude(lane: string, state: LaneState, verdict: Verdict): void {
    state.since = null;
    if (verdict.outcome !== "invalid") {
      this.#alarm(lane, state, verdict.outcome);
      return;
    }
    this.#counters.detected.add({ lane });
    if (state.fault !== null) this.#modules.log.info("canary_detected_again", { lane });
    state.fault = null;
  }

  #alarm(lane: string, state: LaneState, why: Undetected): void {
    state.fault = why;
    this.#counters.undetected.add({ lane, why });
    this.#modules.log.error("canary_undetected", { lane, why });
  }
}
