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

  /** Repeats until it is ended, or the process is; what falls into a pause is left out. */
  every(ms: number, run: () => void): () => void {
    let isOver = false;
    this.world.line.every(ms, () => {
      if (isOver || this.#isDead) return false;
      if (!this.#isPaused) this.run(run);
      return true;
    });
    return () => {
      isOver = true;
    };
  }

  /** Settles after `ms` with the result of `make` at that time. */
  later<T>(ms: number, make: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.after(ms, () => {
        try {
          resolve(make());
        } catch (error) {
          reject(error);
        }
      });
    });
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
