import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import { causeText } from "../../../core/problems/assayError.ts";
import type { BlockRef, Metagraph } from "../node.ts";

/** Blocks per tempo while the chain has not told. */
export const TEMPO_UNKNOWN = 360;

export interface MetagraphKeeperModules {
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly log: Log;
  readonly read: (at: BlockRef) => Promise<Metagraph>;
}

/** The metagraph in force: read at the start, every tempo, and after a registration. What cannot be read leaves the last one in force. */
export class MetagraphKeeper {
  readonly #modules: MetagraphKeeperModules;
  #metagraph: Metagraph | null = null;
  #readAt = 0;
  #isDue = true;
  #fault: Error | null = null;

  constructor(modules: MetagraphKeeperModules) {
    this.#modules = modules;
  }

  get metagraph(): Metagraph | null {
    return this.#metagraph;
  }

  /** Why the last try failed; null when it did not. */
  get fault(): Error | null {
    return this.#fault;
  }

  tempo(): number {
    const tempo = this.#metagraph?.tempo ?? 0;
    return tempo > 0 ? tempo : TEMPO_UNKNOWN;
  }

  /** Ms since it was read; null before. */
  ageMs(): number | null {
    return this.#metagraph === null ? null : this.#modules.clock.monotonicMs() - this.#readAt;
  }

  /** It may have changed. */
  registered(): void {
    this.#isDue = true;
  }

  /** Reads it where that is due at a block. */
  async refresh(at: BlockRef): Promise<void> {
    const last = this.#metagraph;
    if (!this.#isDue && last !== null && at.number - last.block.number < this.tempo()) return;
    this.#isDue = false;
    const { clock, log, read } = this.#modules;
    try {
      const metagraph = await read(at);
      this.#metagraph = metagraph;
      this.#readAt = clock.monotonicMs();
      this.#fault = null;
      if (last?.neurons.length !== metagraph.neurons.length)
        log.info("metagraph_read", { block: at.number, neurons: metagraph.neurons.length });
    } catch (error) {
      this.#isDue = true;
      if (this.#fault?.message !== causeText(error))
        log.error("metagraph_unread", { block: at.number, cause: causeText(error) });
      this.#fault = error instanceof Error ? error : new Error(String(error));
    }
  }
}
