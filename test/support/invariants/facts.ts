import type { UidWeight } from "../../../src/flow/chain.ts";

/** Something that somebody outside of the validator saw, which no crash can take back. */
export type Fact =
  /** A 202, with what its receipt names. */
  | {
      readonly kind: "acknowledged";
      readonly receiptId: string;
      readonly hotkey: string;
      readonly challengeId: string;
    }
  /** A signed vector left the signer: the hash of what was signed. */
  | { readonly kind: "signed"; readonly period: number; readonly sha256: string }
  /** The chain was sent the weights of a period. */
  | { readonly kind: "sent"; readonly period: number; readonly rows: readonly UidWeight[] }
  /** An epoch was shown with its key and the end of its log. */
  | {
      readonly kind: "revealed";
      readonly epoch: number;
      readonly key: string;
      readonly head: string;
      readonly length: number;
    }
  /** A miner was told that it is suspended. */
  | { readonly kind: "suspended"; readonly hotkey: string; readonly untilBlock: number }
  /** A customer's job was taken. */
  | { readonly kind: "queued"; readonly jobId: string }
  /** An operator released a hotkey: its suspensions end. */
  | { readonly kind: "released"; readonly hotkey: string };

export type FactOf<K extends Fact["kind"]> = Extract<Fact, { readonly kind: K }>;

export function factsOf<K extends Fact["kind"]>(facts: readonly Fact[], kind: K): FactOf<K>[] {
  return facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
}
