import { AssayError } from "../core/problems/assayError.ts";
import { BoundedQueue } from "../core/queue/boundedQueue.ts";

/**
 * Reads that may wait for their turn, each a millisecond or two: a new one beyond them is refused within the time that a client
 * waits anyway.
 */
const WAITING_MOST = 64;
/** Reads that go on with an answer that has begun, such as the pages of a log: refusing them would break it off. */
const GOING_ON_MOST = 256;

export interface ReadMeasures {
  waiting(count: number): void;
  refused(): void;
}

/** One read at a time, first come first served, so that the store never has more than one of them to do. */
export class ReadQueue {
  readonly #fresh = new BoundedQueue<() => Promise<void>>(WAITING_MOST);
  readonly #goingOn = new BoundedQueue<() => Promise<void>>(GOING_ON_MOST);
  readonly #measures: ReadMeasures;
  #busy = false;
  /** Which of the queues is next, when both have one. */
  #turn = false;

  constructor(measures: ReadMeasures) {
    this.#measures = measures;
  }

  /** Rejects with `busy` when too many reads wait. `goesOn`: the answer has begun, so the read waits with its kind. */
  run<T>(read: () => Promise<T>, goesOn = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const turn = () => read().then(resolve, reject);
      if (!(goesOn ? this.#goingOn : this.#fresh).push(turn)) {
        this.#measures.refused();
        reject(new AssayError({ code: "busy", retry_after_s: 1 }));
        return;
      }
      this.#next();
    });
  }

  #next(): void {
    this.#measures.waiting(this.#fresh.length + this.#goingOn.length);
    if (this.#busy) return;
    this.#turn = !this.#turn;
    const [first, second] = this.#turn ? [this.#fresh, this.#goingOn] : [this.#goingOn, this.#fresh];
    const turn = first.shift() ?? second.shift();
    if (turn === undefined) return;
    this.#busy = true;
    void turn().finally(() => {
      this.#busy = false;
      this.#next();
    });
  }
}
