import type { ClockWatch } from "../core/clockWatch.ts";
import type { Chain, ChainMiner, UidWeight } from "../flow/chain.ts";

/** A chain whose height is unknown while the clock is in doubt: then nothing is judged, dispatched or weighed. */
export class WatchedChain implements Chain {
  readonly kind: string;
  readonly #chain: Chain;
  readonly #watch: ClockWatch;

  constructor(chain: Chain, watch: ClockWatch) {
    this.kind = chain.kind;
    this.#chain = chain;
    this.#watch = watch;
  }

  block(): number | null {
    return this.#watch.doubt() === null ? this.#chain.block() : null;
  }

  tempo(): number {
    return this.#chain.tempo();
  }

  miners(): readonly ChainMiner[] | null {
    return this.#chain.miners();
  }

  isRegistered(hotkey: string): boolean {
    return this.#chain.isRegistered(hotkey);
  }

  timeMs(): number | null {
    return this.#chain.timeMs?.() ?? null;
  }

  async refresh(): Promise<void> {
    await this.#chain.refresh();
    const time = this.timeMs();
    if (time !== null) this.#watch.agree(time);
  }

  submitWeights(rows: readonly UidWeight[]): Promise<readonly UidWeight[]> {
    return this.#chain.submitWeights(rows);
  }

  close(): Promise<void> {
    return this.#chain.close();
  }
}
