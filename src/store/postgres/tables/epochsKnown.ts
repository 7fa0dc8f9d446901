/** Epochs whose tables this process has met; forgotten all at once. */
export class EpochsKnown {
  readonly #epochs = new Set<number>();

  has(epoch: number): boolean {
    return this.#epochs.has(epoch);
  }

  add(epoch: number): void {
    if (this.#epochs.size >= KNOWN_MOST) this.#epochs.clear();
    this.#epochs.add(epoch);
  }

  clear(): void {
    this.#epochs.clear();
  }
}

/** A handful is written to at the same time; a set that was cleared costs one round trip. */
const KNOWN_MOST = 256;
