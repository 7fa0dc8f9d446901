import type { Answer, JobCheck, TaskRef } from "./lane.ts";
import type { Verdict } from "./verdict.ts";

/** A signature to verify: sr25519 of a hotkey, Ed25519 of a session's key. */
export interface SignatureTask {
  readonly scheme: "sr25519" | "ed25519";
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** A task for a worker thread. Data crosses by copy, so tasks hold plain values only. */
export type PoolRequest =
  | ({ readonly kind: "signature" } & SignatureTask)
  /** A signature under what anybody can send: it waits behind those of answers to challenges that were recognised. */
  | ({ readonly kind: "claim" } & SignatureTask)
  | { readonly kind: "check"; readonly lane: string; readonly ref: TaskRef; readonly answer: Answer }
  | {
      readonly kind: "proofs";
      readonly lane: string;
      /** The lane's kind of work. */
      readonly of: string;
      readonly items: readonly JobCheck[];
    }
  | { readonly kind: "render"; readonly lane: string; readonly ref: TaskRef }
  | {
      readonly kind: "index";
      readonly secret: Uint8Array;
      readonly hotkey: string;
      readonly epoch: number;
      readonly tier: number;
      readonly allotment: number;
    };

export interface PoolResults {
  signature: boolean;
  claim: boolean;
  check: Verdict;
  /** One per item, in order. */
  proofs: Verdict[];
  render: string;
  index: Uint8Array;
}

export type PoolTaskKind = PoolRequest["kind"];
export type TaskOfKind<K extends PoolTaskKind> = Extract<PoolRequest, { kind: K }>;

/**
 * Runs tasks off the event loop. When a task runs past its deadline its worker is killed and respawned, the task fails with
 * `PoolFault` `check_timeout`, and the other tasks of its batch run again.
 */
export interface Pool {
  run<K extends PoolTaskKind>(task: TaskOfKind<K>): Promise<PoolResults[K]>;
  close(): Promise<void>;
  /** Threads, those with tasks, and tasks that wait for one; absent where there are no threads. */
  stats?(): { readonly threads: number; readonly busy: number; readonly waiting: number };
}

/** Runs one task; the same function inline in tests and in every worker. */
export type TaskRunner = (task: PoolRequest) => PoolResults[PoolTaskKind];
