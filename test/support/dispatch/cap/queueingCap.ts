import { MinerCap } from "../../../../src/dispatch/cap/cap.ts";
import { EventQueue, type Profile, QueueingMiner, SeededRandom } from "./queueing.ts";

/**
 * One cap in a closed loop with one miner: as many jobs in flight as the cap allows and the demand gives, and what the
 * miner delivers is all that the cap learns from.
 */
export class CapLoop {
  readonly line = new EventQueue();
  readonly cap: MinerCap;
  readonly miner: QueueingMiner;
  /** Jobs that there are at most at once; work is scarce below the cap. */
  demand = Number.POSITIVE_INFINITY;
  isHeld = false;
  inFlight = 0;
  accepted = 0;
  /** When and to what the cap changed. */
  readonly changes: { readonly at: number; readonly cap: number }[] = [];
  #deadlineMs = 180_000;

  constructor(profile: Profile, restored: number | null = null, seed = 1) {
    this.cap = new MinerCap(restored);
    this.miner = new QueueingMiner(profile, this.line, new SeededRandom(seed));
    this.line.every(15_000, () => this.#step());
    this.line.every(250, () => this.#fill());
    this.#fill();
  }

  /** Runs for this many seconds. */
  run(seconds: number): void {
    const until = this.line.now + seconds * 1000;
    while (this.line.next(until));
  }

  /** Changes in the last seconds. */
  changesIn(seconds: number): number {
    return this.changes.filter(({ at }) => at > this.line.now - seconds * 1000).length;
  }

  #step(): void {
    if (this.cap.step(this.line.now, this.isHeld))
      this.changes.push({ at: this.line.now, cap: this.cap.learned });
    this.#fill();
  }

  #fill(): void {
    while (this.inFlight < Math.min(this.cap.usable(), this.demand)) {
      this.inFlight++;
      this.#send();
      if (this.inFlight >= this.cap.usable()) this.cap.bound(this.line.now);
    }
  }

  #send(): void {
    const sentAt = this.line.now;
    let isOpen = true;
    const end = (isAnswered: boolean): void => {
      if (!isOpen) return;
      isOpen = false;
      this.inFlight--;
      if (isAnswered) {
        this.accepted++;
        this.cap.accepted(this.line.now, "kind", this.line.now - sentAt);
      } else this.cap.failed(this.line.now);
      this.#fill();
    };
    this.miner.take(end);
    this.line.after(this.#deadlineMs, () => end(false));
  }
}
