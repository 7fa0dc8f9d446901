import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../core/log.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { LogEntry } from "../../flow/draw.ts";
import type { Store } from "../../flow/store.ts";
import { DrawCount, type Sampling } from "./samplingBand.ts";

export interface ClosedSamplingModules {
  readonly store: Pick<Store, "closedEpochs" | "epoch" | "logText">;
  readonly log: Log;
}

/** The first draws of an epoch tell its rate as well as all of them, and a log may have millions. */
const DRAWS_MOST = 200_000;
const CHARACTERS_MOST = 64_000_000;
/** Between two pages of the log, so that others are served meanwhile. */
const PAUSE_MS = 5;

/** The realised rates of the last closed epoch, counted once, in the background, from its log. */
export class ClosedSampling {
  readonly #modules: ClosedSamplingModules;
  #epoch: number | null = null;
  #bands: Sampling = [];
  #counting: Promise<void> | null = null;

  constructor(modules: ClosedSamplingModules) {
    this.#modules = modules;
  }

  /** Of the last epoch that was counted. */
  get bands(): Sampling {
    return this.#bands;
  }

  /** Resolves with the last closed epoch, and counts it unless it was. */
  async look(): Promise<number | null> {
    const [last] = await this.#modules.store.closedEpochs(null, 1);
    if (last === undefined) return null;
    if (last.epoch !== this.#epoch) this.#counting ??= this.#count(last.epoch);
    return last.epoch;
  }

  /** Once what is being counted is counted. */
  async settled(): Promise<void> {
    await this.#counting;
  }

  async #count(epoch: number): Promise<void> {
    try {
      this.#bands = (await this.#read(epoch)).bands(epoch);
      this.#epoch = epoch;
    } catch (error) {
      this.#modules.log.debug("sampling_not_counted", { epoch, cause: causeText(error) });
    } finally {
      this.#counting = null;
    }
  }

  async #read(epoch: number): Promise<DrawCount> {
    const { store } = this.#modules;
    const record = await store.epoch(epoch);
    const count = new DrawCount(record?.policy ?? { lanes: {}, classes: noClasses, floor: "0" });
    let characters = 0;
    for (let after = -1; count.draws < DRAWS_MOST && characters < CHARACTERS_MOST; ) {
      const page = await store.logText(epoch, after);
      if (page === null) break;
      for (const line of page.text.split("\n")) if (line !== "") count.add(JSON.parse(line) as LogEntry);
      characters += page.text.length;
      after = page.last;
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
    return count;
  }
}

const noClasses = { customer: "1", cold_start: "1", struck: "1" };
