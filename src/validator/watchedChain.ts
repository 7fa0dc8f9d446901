import type { ClockWatch } from "../core/clockWatch.ts";
import type {
  Chain,
  ChainAlarm,
  ChainFault,
  ChainMiner,
  ChainWeights,
  UidWeight,
  WeightOrder,
} from "../flow/chain.ts";

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

  registered(): readonly ChainMiner[] | null {
    return (this.#chain.registered ?? this.#chain.miners).call(this.#chain);
  }

  isRegistered(hotkey: string): boolean {
    return this.#chain.isRegistered(hotkey);
  }

  get weights(): ChainWeights | undefined {
    return this.#chain.weights;
  }

  timeMs(): number | null {
    return this.#chain.timeMs?.() ?? null;
  }

  faults(): readonly ChainFault[] {
    return this.#chain.faults?.() ?? [];
  }

  alarms(): readonly ChainAlarm[] {
    return this.#chain.alarms?.() ?? [];
  }

  async refresh(): Promise<void> {
    await this.#chain.refresh();
    const time = this.timeMs();
    if (time !== null) this.#watch.agree(time);
  }

  ownerHotkey(): string | null {
    return this.#chain.ownerHotkey?.() ?? null;
  }

  submitWeights(order: WeightOrder): Promise<readonly UidWeight[]> {
    return this.#chain.submitWeights(order);
  }

  stop(): void {
    this.#chain.stop?.();
  }

  close(): Promise<void> {
    return this.#chain.close();
  }
}
