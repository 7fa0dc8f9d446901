import type { SimWorld } from "../../../sim/engine/world.ts";
import type { Clock } from "../../../src/core/clock.ts";
import { runAs, type TimerHost } from "./processTimers.ts";

/** One run of a process: its clock, and whether its code runs at the moment. */
export class SimProcess implements TimerHost {
  readonly name: string;
  readonly clock: Clock;
  readonly world: SimWorld;
  #isDead = false;
  #isPaused = false;
  #held: (() => void)[] = [];

  /** `skewMs`: what its wall clock shows beside the true time. */
  constructor(world: SimWorld, name: string, skewMs: number) {
    this.world = world;
    this.name = name;
    const { clock } = world.line;
    this.clock = { nowMs: () => clock.nowMs() + skewMs, monotonicMs: () => clock.monotonicMs() };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Runs code of the process now. */
  run<T>(code: () => T): T {
    this.world.touch();
    return runAs(this, code);
  }

  after(ms: number, run: () => void): void {
    this.world.line.after(ms, () => this.deliver(run));
  }

  /** Something reaches the process: it waits while the process is paused, and is lost once it is dead. */
  deliver(run: () => void): void {
    if (this.#isDead) return;
    if (this.#isPaused) this.#held.push(run);
    else this.run(run);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const run of this.#held.splice(0)) this.deliver(run);
  }

  kill(): void {
    this.#isDead = true;
    this.#held = [];
  }
}
