import { sharedRun } from "../core/sharedRun.ts";
import { EventHub } from "../http/events/hub.ts";
import { EventWatch } from "./events/watch.ts";
import type { KeptLevel } from "./history/kept.ts";
import { HistoryReader } from "./history/reader.ts";
import { RecentCounts } from "./history/recentCounts.ts";
import { HistoryRecorder } from "./history/recorder.ts";
import type { Live } from "./liveParts.ts";
import { ClosedSampling } from "./overview/closedSampling.ts";
import type { AlertCounts } from "./overview/facts.ts";
import { Overview } from "./overview/overview.ts";
import { censusOf, standingsOf } from "./overview/standings.ts";
import type { Parts } from "./parts.ts";
import { readinessOf } from "./readiness.ts";
import type { Timers } from "./timers.ts";

export const noAlerts: AlertCounts = { firing: 0, pending: 0, muted: 0, worst: null };

const every = { history: 1000, events: 1000 } as const;

/** `alertCounts`: of the alerts that stand at the moment. */
export function assembleLive(parts: Omit<Parts, keyof Live>, alertCounts: () => AlertCounts): Live {
  const { config, trusted } = parts;
  const recorder = new HistoryRecorder({
    ...parts,
    levels: () => levelsOf(parts),
    isTrusted: () => trusted.isTrusted(),
  });
  const overview = new Overview({
    ...{ ...parts, alertCounts },
    ...{ recent: new RecentCounts({ ...parts, recorder }), sampling: new ClosedSampling(parts) },
    readiness: sharedRun(() => readinessOf(parts)),
  });
  const events = new EventHub({ streams: config.http.max_event_streams }, parts);
  const watch = new EventWatch({ ...parts, hub: events, overview });
  return { history: new HistoryReader(parts), recorder, overview, events, watch };
}

/** What stands at the moment, from the process that leads: the others see the same. */
async function levelsOf({
  judge,
  store,
  membership,
}: Pick<Parts, "judge" | "store" | "membership">): Promise<Partial<Record<KeptLevel, number>>> {
  if (!membership.isLeader()) return {};
  const counts = censusOf(standingsOf(judge));
  return {
    miners_active: counts.active,
    miners_cold_start: counts.cold_start,
    miners_suspended: counts.suspended,
    store_bytes: await store.storeBytes(),
  };
}

export function scheduleLive({ recorder, watch }: Live, timers: Timers): void {
  timers.every("history", every.history, () => recorder.tick());
  timers.every("events", every.events, () => watch.tick());
}

/** Tells the readers of events that the process stops. */
export async function announceStop({ overview, watch }: Live): Promise<void> {
  overview.drain();
  await watch.last();
}
