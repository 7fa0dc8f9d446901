import { capRules } from "./rules.ts";

const { keptBins, stepMs } = capRules;

/** Deliveries counted in bins of 15 s over 10 minutes. Adding one is O(1). */
export class DeliveryRate {
  readonly #bins = new Uint32Array(keptBins);
  /** Number of the newest bin since time began. */
  #newest = 0;

  add(nowMs: number): void {
    const slot = this.#advance(nowMs) % keptBins;
    this.#bins[slot] = (this.#bins[slot] ?? 0) + 1;
  }

  /** The best window of so many bins in the last 10 minutes, per ms. */
  max(nowMs: number, windowBins: number): number {
    const newest = this.#advance(nowMs);
    let sum = 0;
    let most = 0;
    for (let age = 0; age < keptBins; age++) {
      sum += this.#at(newest - age) - (age < windowBins ? 0 : this.#at(newest - age + windowBins));
      if (sum > most) most = sum;
    }
    return most / (windowBins * stepMs);
  }

  #at(bin: number): number {
    return bin < 0 ? 0 : (this.#bins[bin % keptBins] ?? 0);
  }

  /** Empties the bins that time has passed over; at most all of them. */
  #advance(nowMs: number): number {
    const bin = Math.max(this.#newest, Math.floor(nowMs / stepMs));
    for (let at = Math.max(this.#newest + 1, bin - keptBins + 1); at <= bin; at++)
      this.#bins[at % keptBins] = 0;
    this.#newest = bin;
    return bin;
  }
}
