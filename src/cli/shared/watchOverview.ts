import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, systemClock } from "../../core/clock.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { OverviewView } from "../../http/handlers.ts";
import { printable } from "./output.ts";
import { overviewLines } from "./overviewLines.ts";
import { ask } from "./remote.ts";

const EVERY_MS = 2000;

export interface WatchModules {
  readonly clock: Clock;
  readonly out: Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean };
  /** Between two looks; 2 s unless given. */
  readonly everyMs?: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** What of an overview is news where lines are kept: not how time passes. */
function newsOf({ verdict, last_weights, miners, alerts, sampling }: OverviewView, isStale: boolean): string {
  const { earning, reason } = verdict;
  return JSON.stringify([earning, reason, last_weights, miners, alerts, sampling, isStale]);
}

/** Draws in place on a terminal; elsewhere prints a block per change. */
class Blocks {
  readonly #out: WatchModules["out"];
  #height = 0;
  #news = "";

  constructor(out: WatchModules["out"]) {
    this.#out = out;
  }

  show(overview: OverviewView, stale: Parameters<typeof overviewLines>[1]): void {
    const lines = overviewLines(overview, stale).map(printable);
    const news = newsOf(overview, stale !== null);
    if (this.#out.isTTY !== true) {
      if (news !== this.#news) this.#out.write(`${lines.join("\n")}\n\n`);
      this.#news = news;
      return;
    }
    const back = this.#height === 0 ? "" : `\u001b[${this.#height}A\u001b[J`;
    this.#out.write(`${back}${lines.join("\n")}\n`);
    this.#height = lines.length;
  }
}

/** Shows the overview until it is ended. Throws when the first one cannot be had; later ones are shown as they last were. */
export async function watchOverview(
  url: string,
  { clock, out, signal, everyMs = EVERY_MS }: WatchModules,
): Promise<void> {
  const blocks = new Blocks(out);
  const fetchOne = () => ask<OverviewView>(url, "/v1/overview");
  let last = await fetchOne();
  let seenAt = clock.monotonicMs();
  let why: string | null = null;
  while (!signal.aborted) {
    blocks.show(last, why === null ? null : { ms: clock.monotonicMs() - seenAt, why });
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      last = await fetchOne();
      seenAt = clock.monotonicMs();
      why = null;
    } catch (error) {
      why = causeText(error);
    }
  }
}

/** On the terminal of this process, until SIGINT or SIGTERM. */
export async function watchHere(url: string): Promise<void> {
  const end = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => end.abort());
  await watchOverview(url, { clock: systemClock, out: process.stdout, signal: end.signal });
}
