import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../config/schema.ts";
import { subnetOf } from "../../config/subnet.ts";
import type { Clock } from "../../core/clock.ts";
import type { EpochCalendar } from "../../core/epochs.ts";
import type { Chain } from "../../flow/chain.ts";
import type { Store } from "../../flow/store.ts";
import type { WeightPlan } from "../../flow/weightPlan.ts";
import { periodOf, type SignedVector } from "../../flow/weights.ts";
import type { OverviewView, Readiness } from "../../http/handlers.ts";
import type { Judge } from "../../judge/judge.ts";
import type { Weigher } from "../../weigh/weigher.ts";
import type { RecentCounts } from "../history/recentCounts.ts";
import type { Sums } from "../history/sums.ts";
import type { ClosedSampling } from "./closedSampling.ts";
import { LastKnown } from "./lastKnown.ts";
import type { Sampling } from "./samplingBand.ts";
import { type StandingWord, standingsOf } from "./standings.ts";
import type { Check } from "./verdict.ts";

export type AlertCounts = OverviewView["alerts"];

export interface OverviewParts {
  readonly config: Config;
  readonly version: string;
  readonly chain: Pick<Chain, "block" | "weights">;
  readonly epochs: EpochCalendar;
  readonly clock: Clock;
  readonly store: Pick<Store, "latestVector" | "weightPlans">;
  readonly membership: { readonly node: { readonly draining: boolean } | null };
  readonly judge: Pick<Judge, "memory" | "standing">;
  readonly weigher: Pick<Weigher, "outlook" | "faults">;
  readonly readiness: () => Promise<Readiness>;
  readonly alertCounts: () => AlertCounts;
  readonly recent: RecentCounts;
  readonly sampling: ClosedSampling;
}

/** Everything that an overview is made of, at one moment. */
export interface OverviewFacts {
  readonly at: number;
  readonly block: number | null;
  readonly blockMs: number;
  readonly draining: boolean;
  readonly checks: readonly Check[];
  readonly outlook: Awaited<ReturnType<OverviewParts["weigher"]["outlook"]>>;
  readonly vector: { readonly period: number; readonly rows: number; readonly at: number } | null;
  readonly onChain: boolean;
  /** The latest first. */
  readonly plans: readonly WeightPlan[];
  readonly alarms: readonly { readonly code: string; readonly text: string }[];
  readonly faults: readonly string[];
  readonly sums: Sums;
  readonly sampling: Sampling;
  readonly closedEpoch: number | null;
  readonly standings: ReadonlyMap<string, StandingWord>;
  readonly alerts: AlertCounts;
  readonly epoch: { readonly number: number; readonly ends_at: number };
  readonly subnet: { readonly network: string; readonly netuid: number };
  readonly version: string;
}

/** The last ended one and those after it are rarely more. */
const PLANS = 8;
/** A store that hangs longer does not answer. */
const READY_WITHIN_MS = 2000;

const vectorFacts = (vector: SignedVector | null): OverviewFacts["vector"] =>
  vector === null
    ? null
    : {
        period: periodOf(vector),
        rows: vector.weights.filter(({ weight }) => weight > 0).length,
        at: vector.issued_at,
      };

/** Reads the facts; what cannot be read at the moment is as it was. */
export class FactReader {
  readonly #parts: OverviewParts;
  readonly #outlook: LastKnown<OverviewFacts["outlook"]>;
  readonly #vector: LastKnown<OverviewFacts["vector"]>;
  readonly #plans: LastKnown<readonly WeightPlan[]>;
  readonly #sums: LastKnown<Sums>;
  readonly #closed: LastKnown<number | null>;

  constructor(parts: OverviewParts) {
    const { store, weigher, recent, sampling } = parts;
    this.#parts = parts;
    this.#outlook = new LastKnown<OverviewFacts["outlook"]>(null, () => weigher.outlook());
    this.#vector = new LastKnown<OverviewFacts["vector"]>(null, async () =>
      vectorFacts(await store.latestVector()),
    );
    this.#plans = new LastKnown<readonly WeightPlan[]>([], () => store.weightPlans(null, PLANS));
    this.#sums = new LastKnown<Sums>(new Map(), () => recent.sums());
    this.#closed = new LastKnown<number | null>(null, () => sampling.look());
  }

  async read(draining: boolean): Promise<OverviewFacts> {
    const { chain, clock, config, weigher, sampling, judge, alertCounts, version, epochs } = this.#parts;
    const [checks, outlook, vector, plans, sums, closedEpoch] = await Promise.all([
      this.#checks(),
      this.#outlook.now(),
      this.#vector.now(),
      this.#plans.now(),
      this.#sums.now(),
      this.#closed.now(),
    ]);
    const at = clock.nowMs();
    const span = epochs.at(at);
    return {
      ...{ at, draining, checks, outlook, vector, plans, sums, closedEpoch, version },
      ...{ block: chain.block(), blockMs: config.chain.block_ms },
      onChain: config.chain.kind === "subtensor",
      alarms: chain.weights?.status().alarms ?? [],
      faults: weigher.faults(),
      sampling: sampling.bands,
      standings: standingsOf(judge),
      alerts: alertCounts(),
      epoch: { number: span.epoch, ends_at: span.endsAt },
      subnet: subnetOf(config),
    };
  }

  async #checks(): Promise<readonly Check[]> {
    const timeout = new AbortController();
    const hangs = { name: "store", ok: false, detail: "the store does not answer" };
    const late = sleep(READY_WITHIN_MS, [hangs], { signal: timeout.signal, ref: false });
    try {
      return await Promise.race([this.#parts.readiness().then(({ checks }) => checks), late]);
    } finally {
      timeout.abort();
      late.catch(() => undefined);
    }
  }
}
