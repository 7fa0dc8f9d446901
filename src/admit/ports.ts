import type { Clock } from "../core/clock.ts";
import type { EpochCalendar } from "../core/epochs.ts";
import type { Hotkey } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Random } from "../core/random.ts";
import type { Sessions } from "../epistula/sessions.ts";
import type { RecognisedChallenge } from "../flow/challenge.ts";
import type { Draw } from "../flow/draw.ts";
import type { Pool } from "../flow/pool.ts";
import type { ReasonLedger } from "../flow/reasons.ts";
import type { Reservation } from "../flow/reservation.ts";
import type { Store } from "../flow/store.ts";
import type { PendingSubmission } from "../flow/submission.ts";
import type { GateOptions } from "./gate.ts";

export interface AdmissionOptions {
  /** The validator's hotkey, which requests must be signed for. */
  readonly validator: string;
  readonly pastMs: number;
  readonly futureMs: number;
  /** Of the gate for submissions; reads have a gate of the same size, so neither starves the other. */
  readonly gate: GateOptions;
  readonly perIpPerMin: number;
  readonly perHotkey: { readonly burst: number; readonly perSecond: number };
  /** Hotkeys that were never seen, where anyone may take part. */
  readonly newHotkeysPerAddressHour: number;
  readonly epochs: EpochCalendar;
}

/** What the chain and judge know of miners. */
export interface Miners {
  /** Height, or null while it is unknown. */
  block(): number | null;
  /** Always true where anyone may take part. */
  isRegistered(hotkey: string): boolean;
  /** Whether anyone may take part, and nothing is remembered of this hotkey. */
  isNew(hotkey: string): boolean;
  /** The first block at which the hotkey is free, or null when it is not suspended. */
  suspendedUntil(hotkey: string): number | null;
}

export interface AdmissionModules {
  readonly clock: Clock;
  /** Throws `clock_doubted` while the clock is not believed. */
  readonly requireClock?: () => void;
  /** Throws `draining` or `storage_full` while no new work is taken. */
  readonly requireIntake?: () => void;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Counts why requests were refused, of senders that were proven. */
  readonly reasons?: ReasonLedger;
  readonly pool: Pick<Pool, "run">;
  readonly store: Pick<Store, "admit">;
  /** Where other processes admit too: what a hotkey may do holds over all of them. */
  readonly shared?: Pick<Store, "spend">;
  readonly sessions: Sessions;
  readonly challenges: {
    /**
     * Throws `malformed_challenge_id`, `epoch_expired` or `not_your_challenge`. `prove` verifies the sender; it is called where
     * recognition costs more than a claim may, and what it throws is thrown.
     */
    recognise(
      text: string,
      hotkey: Hotkey,
      seqHint: number | undefined,
      prove: () => Promise<void>,
    ): Promise<RecognisedChallenge>;
  };
  readonly miners: Miners;
  readonly draw: (lane: string, hotkey: Hotkey, workId: string, epoch: number) => Draw;
  /** Verification's bound: tested before the gate, reserved with the slot. */
  readonly backlog: {
    hasRoom(lane: string): boolean;
    /** Null when verification is at its bound. */
    reserve(lane: string): Reservation | null;
  };
  /** Takes over a new submission together with its reservation, sampled or not; when it throws it has taken neither. */
  readonly admitted: (submission: PendingSubmission, reservation: Reservation) => void;
}
