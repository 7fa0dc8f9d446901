import type { DispatchStats } from "../../src/dispatch/measures.ts";
import type { Draw } from "../../src/flow/draw.ts";

interface TickFacts extends Pick<DispatchStats, "holdReason" | "bytes" | "inFlight"> {
  readonly backlog: number;
}

/** Counts of a validator over all its runs. */
export class SimValidatorCounts {
  jobs = 0;
  sampled = 0;
  /** Of the lane's own class. */
  plain = 0;
  plainSampled = 0;
  ticks = 0;
  readonly stops = new Map<string, number>();
  backlogSum = 0;
  backlogMax = 0;
  inFlightMax = 0;
  bytesMax = 0;
  busyMs = 0;
  strikes = 0;
  suspensions = 0;
  honestSuspensions = 0;
  crashes = 0;

  drawn({ class: drawClass, sampled }: Draw): void {
    this.jobs++;
    if (sampled) this.sampled++;
    if (drawClass !== "lane") return;
    this.plain++;
    if (sampled) this.plainSampled++;
  }

  /** A tick of one of its processes; `inFlight` is of all of them. */
  tick({ holdReason, bytes, backlog, inFlight }: TickFacts): void {
    this.ticks++;
    if (holdReason !== null) this.stops.set(holdReason, (this.stops.get(holdReason) ?? 0) + 1);
    this.backlogSum += backlog;
    this.backlogMax = Math.max(this.backlogMax, backlog);
    this.inFlightMax = Math.max(this.inFlightMax, inFlight);
    this.bytesMax = Math.max(this.bytesMax, bytes);
  }
}
