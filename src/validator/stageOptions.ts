import { availableParallelism } from "node:os";
import type { AdmissionOptions } from "../admit/ports.ts";
import type { ChallengesOptions } from "../challenge/challenges.ts";
import type { Masters } from "../challenge/rotation.ts";
import type { TierTable } from "../challenge/tiers.ts";
import type { Config } from "../config/schema.ts";
import { subnetOf } from "../config/subnet.ts";
import type { EpochCalendar } from "../core/epochs.ts";
import { sibling } from "../core/sibling.ts";
import { type Lane, pullLanes } from "../flow/lane.ts";
import type { JudgeOptions } from "../judge/ports.ts";
import type { PoolOptions } from "../pool/pool.ts";
import type { SubmissionVerifierOptions } from "../verify/submissions/submissionVerifier.ts";
import type { WeigherOptions } from "../weigh/weigher.ts";
import type { LaneFacts } from "./lanes.ts";

// The options of each stage, from the configuration.

/** Results within the window below which work of a push lane does not count. */
export const MIN_RESULTS = 100;

/** A check that ends in `error` is nobody's fault: it is tried this many times before the work is void. */
export const MAX_TRIES = 3;
/** First delay before it is tried again, ms. */
export const RETRY_MS = 500;

/** Undecided submissions past which a process that does not check them admits no more: minutes of work for one that does. */
export const BACKLOG_MOST = 4096;

/** Verification units checked at once: as configured, else 2 x cores. */
export function concurrencyOf(config: Config): number {
  return config.verify.concurrency ?? 2 * availableParallelism();
}

/**
 * The most verification units pending, by mode of lane. With push lanes, jobs get three quarters: dispatch fills all of its
 * room, and answers to challenges must still find some.
 */
export function pendingBounds(config: Config): { readonly pull: number; readonly push: number } {
  const bound = concurrencyOf(config) * config.verify.pending_factor;
  return config.lanes.groth16.circuits.length === 0
    ? { pull: bound, push: 0 }
    : { pull: bound / 4, push: (bound * 3) / 4 };
}

/** Worker threads: more than cores only compete (8 % fewer answers per second on 2 cores). */
export function threadsOf(config: Config): number {
  return Math.min(concurrencyOf(config), availableParallelism());
}

export function poolOptions(facts: LaneFacts): PoolOptions {
  const { config } = facts;
  return {
    threads: threadsOf(config),
    entry: sibling(import.meta.url, "worker"),
    workerData: facts,
    // A signature takes 0.1 ms, a check 0.5 ms, a batch of proofs 100 ms; a task that takes a hundred times longer hangs.
    deadlineMs: { signature: 2000, claim: 2000, check: 5000, proofs: 20_000, render: 5000, index: 10_000 },
    batch: 16,
    queueMax: 8192,
  };
}

export function submissionVerifierOptions(config: Config): SubmissionVerifierOptions {
  const concurrency = concurrencyOf(config);
  const pendingFactor = pendingBounds(config).pull / concurrency;
  return { concurrency, pendingFactor, maxTries: MAX_TRIES, retryMs: RETRY_MS };
}

export function judgeOptions({ judge }: Config): JudgeOptions {
  return {
    strikes: judge.strikes,
    windowBlocks: judge.window_blocks,
    suspensionTempos: judge.suspension_tempos,
    unreachableTempos: judge.unreachable_tempos,
    coldStartBlocks: judge.cold_start_blocks,
    retentionBlocks: judge.retention_blocks,
    history: judge.history,
    outageMiners: judge.outage_miners,
  };
}

export function admissionOptions(
  { admit }: Config,
  validator: string,
  epochs: EpochCalendar,
): AdmissionOptions {
  return {
    validator,
    pastMs: admit.signature_window_ms,
    // Clocks run ahead less than requests are late: 2 s of the default 8 s.
    futureMs: admit.signature_window_ms / 4,
    gate: { slots: admit.gate.slots, waitMs: admit.gate.wait_ms, queue: admit.gate.queue },
    perIpPerMin: admit.per_ip_per_min,
    perHotkey: { burst: admit.per_hotkey.burst, perSecond: admit.per_hotkey.per_s },
    newHotkeysPerAddressHour: admit.new_hotkeys_per_address_hour,
    epochs,
  };
}

export function challengesOptions(
  { challenge }: Config,
  epochs: EpochCalendar,
  masters: Masters,
  lanes: ReadonlyMap<string, Lane>,
): ChallengesOptions {
  return {
    issue: challenge.scheme,
    accept: challenge.accept,
    epochs,
    indexBytes: challenge.index_bytes,
    ...masters,
    tiers: tierTable(lanes),
  };
}

export function weigherOptions(
  config: Config,
  validator: string,
  lanes: ReadonlyMap<string, Lane>,
): WeigherOptions {
  const { weigh, chain } = config;
  return {
    ...subnetOf(config),
    validator,
    windowHours: weigh.window_hours,
    regionCap: weigh.region_cap,
    burn: weigh.burn,
    everyTempos: weigh.every_tempos,
    // Work decays, so that a miner that stopped soon earns nothing; slightly superlinear, so that splitting a miner does not pay.
    push: { halfLifeMs: 2 * 3_600_000, minResults: MIN_RESULTS, exponent: 1.3 },
    shares: Object.fromEntries([...lanes].map(([name, lane]) => [name, lane.policy.share])),
    blockMs: chain.block_ms,
  };
}

/** Which lane a tier of a challenge id belongs to. */
function tierTable(lanes: ReadonlyMap<string, Lane>): TierTable {
  const rows = pullLanes(lanes).flatMap((lane) =>
    [...lane.tiers].map(([number, tier]) => {
      const row = { ...tier, lane: lane.name, maxAttempts: lane.policy.maxAttempts };
      return [number, row] as const;
    }),
  );
  return new Map(rows);
}
