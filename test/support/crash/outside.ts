import { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { sha256 } from "../../../src/core/hash.ts";
import type { Hotkey } from "../../../src/core/ids.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import type { Fact } from "../invariants/facts.ts";
import { VirtualTime } from "./virtualTime.ts";

export const HOUR = 3_600_000;
export const BLOCK_MS = 12_000;
export const TEMPO = 100;
/** Any; an epoch begins with it. */
export const START_MS = 470_000 * HOUR;

const hotkeyOf = (name: string): Hotkey => encodeHotkey(sha256(`crash miner ${name}`));

/** Who takes part: those that answer challenges, and those that are sent jobs. */
export const pullers = ["alice", "bob", "carol", "dave", "erin"].map(hotkeyOf);
export const pushers = ["frank", "grace", "mallory"].map(hotkeyOf);
export const validator = hotkeyOf("validator");

export const miners: readonly ChainMiner[] = [...pullers, ...pushers, validator].map((hotkey, uid) => ({
  ...{ uid, hotkey, stake: 1, permit: hotkey === validator },
  ip: `192.0.${uid}.1`,
}));

/** A point of a run: what it is called, and what it does to the process that passes it. */
export type Passed = (label: string) => void;

/** The world around a validator, which no crash of it takes back: time, miners, chain, and what they have seen. */
export class Outside {
  readonly time = new VirtualTime();
  readonly facts: Fact[];
  /** Where the facts stand in the trace. */
  readonly factsAt: number[] = [];
  readonly passed: Passed;
  readonly #seed: number;
  readonly #life: string;
  readonly #position: () => number;
  /** The process that runs has ended: nothing that it asks is answered. */
  isDead = false;
  #starts = 0;
  #uuids = 0;

  constructor(
    given: { readonly seed: number; readonly life: string; readonly facts?: readonly Fact[] },
    hooks: { readonly passed?: Passed; readonly position?: () => number } = {},
  ) {
    this.#seed = given.seed;
    this.#life = given.life;
    this.facts = [...(given.facts ?? [])];
    this.passed = hooks.passed ?? (() => {});
    this.#position = hooks.position ?? (() => 0);
  }

  /** What a process does after its end is seen by nobody. */
  note(fact: Fact): void {
    if (this.isDead) return;
    this.facts.push(fact);
    this.factsAt.push(this.#position());
  }

  /** A moment before or after something that reaches out of the process; never resolves when the process ends there. */
  async at(label: string): Promise<void> {
    if (!this.isDead) this.passed(label);
    if (this.isDead) await new Promise(() => {});
  }

  /** The chance of one process: never that of another. */
  random(): SeededRandom {
    return new SeededRandom(this.#seed, `${this.#life}/start ${this.#starts++}`);
  }

  uuid(): string {
    return `${this.#life.replaceAll(/[^0-9a-z]/g, "-")}-${this.#uuids++}`.slice(-40);
  }

  block(): number {
    return Math.floor(this.time.now / BLOCK_MS);
  }
}
