import type { OverviewView } from "../../http/handlers.ts";
import { composeOverview } from "./compose.ts";
import { FactReader, type OverviewFacts, type OverviewParts } from "./facts.ts";

/** An overview, its text as it is served, and what it was made of. */
export interface Snapshot {
  readonly document: OverviewView;
  readonly json: string;
  readonly facts: OverviewFacts;
}

/** However many ask, it is made once within this time. */
const FRESH_MS = 1000;

/** The overview: made when it is asked for, at most once per second. */
export class Overview {
  readonly #parts: OverviewParts;
  readonly #reader: FactReader;
  #made: { at: number; isDone: boolean; readonly snapshot: Promise<Snapshot> } | null = null;
  #draining = false;

  constructor(parts: OverviewParts) {
    this.#parts = parts;
    this.#reader = new FactReader(parts);
  }

  snapshot(): Promise<Snapshot> {
    const now = this.#parts.clock.monotonicMs();
    const last = this.#made;
    if (last !== null && (!last.isDone || now - last.at < FRESH_MS)) return last.snapshot;
    const snapshot = this.#make();
    const made = { at: now, isDone: false, snapshot };
    this.#made = made;
    snapshot.then(
      () => {
        made.isDone = true;
      },
      // A failure is told to those who wait, and not kept.
      () => {
        if (this.#made === made) this.#made = null;
      },
    );
    return snapshot;
  }

  async text(): Promise<string> {
    return (await this.snapshot()).json;
  }

  /** From now on it says that the process stops. */
  drain(): void {
    this.#draining = true;
    this.#made = null;
  }

  async #make(): Promise<Snapshot> {
    const { node } = this.#parts.membership;
    const facts = await this.#reader.read(this.#draining || node?.draining === true);
    const document = composeOverview(facts);
    return { document, json: JSON.stringify(document), facts };
  }
}
