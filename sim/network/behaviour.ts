import type { JobOrder } from "../../src/flow/job.ts";

/** A job as its miner sees it. */
export interface Offer {
  readonly order: JobOrder;
  /** Ms since the simulation began. */
  readonly now: number;
  /** Ms since the miner joined. */
  readonly age: number;
  /** How long an honest answer would take, ms. */
  readonly serviceMs: number;
  /** The hotkey that got the job, and the validator that sent it. */
  readonly hotkey: string;
  readonly validator: number;
}

export type OfferChoice = "work" | "cheat" | "let_lie" | "give_back";

/** How one miner decides. */
export interface Behaviour {
  choose(offer: Offer): OfferChoice;
  /** What it submits instead of an answer. */
  forge(order: JobOrder): string;
  /** Called when it has worked on the job. */
  worked?(order: JobOrder): void;
  /** Whether it comes back as another hotkey when it is suspended. */
  readonly renews: boolean;
}

/** The default answer of a cheat. */
export const FORGED = '{"of":"forged"}';
