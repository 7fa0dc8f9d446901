import type { SimWorld } from "./world.ts";

/** A process of the simulation: what reaches it while it stands still waits, and is lost once it has ended. */
export class HeldProcess {
  readonly world: SimWorld;
  #isDead = false;
  #isPaused = false;
  #held: (() => void)[] = [];

  constructor(world: SimWorld) {
    this.world = world;
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
    return code();
  }

  after(ms: number, run: () => void): void {
    this.world.line.after(ms, () => this.deliver(run));
  }

  /** Something reaches the process. */
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
