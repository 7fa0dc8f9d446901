import type { OperationName } from "../../../src/store/sqlite/tables/operations.ts";

/** A call as it took effect in the store; the order is that of the effects. */
export interface Effect {
  readonly n: number;
  /** Unix ms of the store's clock. */
  readonly at: number;
  readonly process: string;
  readonly name: OperationName;
  readonly args: readonly unknown[];
  /** Of a call that succeeded, whether its caller learnt of it or not. */
  readonly result: unknown;
  /** Whether its caller learnt of it; `late`: it took effect long after its caller gave up. */
  readonly answered: "yes" | "no" | "late";
  /** The code of a refusal; null when the call succeeded. */
  readonly refused: string | null;
}

/** What a process told someone outside. */
export type Told =
  | { readonly kind: "receipt"; readonly process: string; readonly at: number; readonly receiptId: string }
  | { readonly kind: "suspended"; readonly at: number; readonly hotkey: string; readonly untilBlock: number }
  | {
      readonly kind: "job";
      readonly at: number;
      readonly jobId: string;
      readonly state: string;
      readonly answer: string | null;
    }
  | {
      readonly kind: "signed";
      readonly at: number;
      readonly process: string;
      readonly period: number;
      readonly signature: string;
    }
  /** A job was sent to a miner, which may have gone from there. */
  | { readonly kind: "order"; readonly at: number; readonly process: string; readonly hotkey: string }
  /** A process closed a miner's stream, or learnt that it is over. */
  | {
      readonly kind: "stream";
      readonly at: number;
      readonly process: string;
      readonly hotkey: string;
      readonly openedAt: number;
    }
  | { readonly kind: "key"; readonly at: number; readonly epoch: number };

/** Everything that happened between the processes, the store and those outside. */
export class History {
  readonly effects: Effect[] = [];
  readonly told: Told[] = [];

  effect(effect: Omit<Effect, "n">): void {
    this.effects.push({ n: this.effects.length, ...effect });
  }

  /** Effects of one operation that were not refused. */
  of(name: OperationName): Effect[] {
    return this.effects.filter((effect) => effect.name === name && effect.refused === null);
  }
}
