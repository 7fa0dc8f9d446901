import type { Totals } from "./bounds/totals.ts";
import type { JobSource } from "./jobs/jobSource.ts";
import type { DispatchStats } from "./measures.ts";
import type { MinerRegistry } from "./miners/minerRegistry.ts";
import type { Scheduler } from "./scheduler.ts";

export interface StatsParts {
  readonly registry: MinerRegistry;
  readonly scheduler: Scheduler;
  readonly totals: Totals;
  readonly source: JobSource;
}

export function statsOf({ registry, scheduler, totals, source }: StatsParts, nowMs: number): DispatchStats {
  return {
    miners: registry.linked,
    streams: registry.streams(),
    ready: scheduler.ready,
    inFlight: totals.inFlight,
    bytes: totals.bytes,
    ceiling: scheduler.ceiling(),
    queued: source.queued,
    holdReason: scheduler.holdReason(nowMs),
  };
}
