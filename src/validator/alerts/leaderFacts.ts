import { lateAfterBlocks } from "../../chain/subtensor/weights/late.ts";
import type { ChainWeightsStatus } from "../../flow/chain.ts";
import type { AlertFacts, ProcessFacts, WeightFacts } from "../../observe/alerts/facts.ts";
import type { Parts } from "../parts.ts";
import type { AlertReads } from "./storeProbe.ts";

const HOUR_MS = 3_600_000;
/** Plans that are looked through for the last one that has ended. */
const PLANS = 8;

/** Of a report: one of another shape, by a program of another version, is left out. */
export const REPORT_VERSION = 1;

export function reportOf(facts: ProcessFacts): string {
  return JSON.stringify({ version: REPORT_VERSION, facts });
}

function factsIn(name: string, body: string): ProcessFacts[] {
  try {
    const { version, facts } = JSON.parse(body) as { version: number; facts: ProcessFacts };
    return version === REPORT_VERSION ? [{ ...facts, name }] : [];
  } catch {
    return [];
  }
}

/** An alarm of these says that weights are late; each was raised past its own limit. */
const lateCodes = new Set(["weights_late", "reveal_late", "confirmation_late", "burn_absent"]);

async function missedOnChain({ store }: LeaderModules): Promise<string[]> {
  const plans = await store.weightPlans(null, PLANS);
  const last = plans.find(({ state }) => state === "confirmed" || state === "missed");
  if (last?.state !== "missed") return [];
  const why = last.reason === null ? "" : `: ${last.reason}`;
  return [`the weights of period ${last.period} never reached the chain${why}`];
}

export interface LeaderModules extends Pick<Parts, "weigher" | "chain" | "clock" | "config"> {
  readonly store: AlertReads;
  /** The token under which this process reports too; null where it is the only one. */
  readonly node: () => number | null;
}

/** Null while the height is unknown: that is another alert, and weights neither become late nor come right by it. */
async function weightFacts(modules: LeaderModules): Promise<WeightFacts | null> {
  const { weigher, chain } = modules;
  if (chain.block() === null) return null;
  const status: ChainWeightsStatus | null = chain.weights?.status() ?? null;
  const alarms = status?.alarms ?? [];
  const unfinished = await weigher.unfinished();
  const stopped = status?.stopped ?? null;
  return {
    unsigned: unfinished === null ? null : { ...unfinished, mostBlocks: lateAfterBlocks(chain.tempo()) },
    late: alarms.filter(({ code }) => lateCodes.has(code)).map(({ text }) => text),
    missed: [
      ...(weigher.refused === null ? [] : [weigher.refused]),
      ...(chain.weights === undefined ? [] : await missedOnChain(modules)),
    ],
    stopped:
      stopped === null ? null : (alarms.find(({ code }) => code === stopped.code)?.text ?? stopped.code),
  };
}

async function startCounts({
  store,
  clock,
  config,
}: LeaderModules): Promise<NonNullable<AlertFacts["starts"]>> {
  const starts = await store.processStarts(clock.nowMs() - HOUR_MS);
  const counts = new Map<string, number>();
  for (const { name } of starts) counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    counts: [...counts].map(([name, count]) => ({ name, starts: count })),
    ...{ most: config.observe.alerts.restarts_per_hour, windowMs: HOUR_MS },
  };
}

/** What the process that evaluates knows besides itself; while the store does not answer, only itself. */
export async function leaderFacts(own: ProcessFacts, modules: LeaderModules): Promise<AlertFacts> {
  const alone: AlertFacts = { processes: [own], weights: null, schema: null, starts: null };
  if (own.store.fault !== null) return alone;
  const { store, node } = modules;
  const known = async <T>(read: Promise<T>): Promise<T | null> => read.catch(() => null);
  const [weights, schema, starts, reports] = await Promise.all([
    ...([known(weightFacts(modules)), known(store.schemaVersion()), known(startCounts(modules))] as const),
    known(store.processReports()),
  ]);
  if (reports === null && node() !== null) return { ...alone, processes: [], weights, schema, starts };
  const others = (reports ?? []).filter((report) => report.node !== node());
  const processes = [own, ...others.flatMap(({ name, body }) => factsIn(name, body))];
  return { processes, weights, schema, starts };
}
