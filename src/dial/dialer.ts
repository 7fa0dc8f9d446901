import { hostOfUrl } from "../core/address.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Metrics } from "../core/metrics.ts";
import type { ChainMiner } from "../flow/chain.ts";
import type { LinkListener } from "../flow/link.ts";
import { DialLink, type DialShared } from "./link.ts";
import { type DialOptions, dialDefaults } from "./options.ts";
import { isRoutable } from "./routable.ts";

export interface DialModules {
  readonly listener: LinkListener;
  /** Whether the miner has a stream open: then it is not dialled. */
  hasStream(hotkey: string): boolean;
  /** Makes the headers that sign a body for a miner. */
  sign(body: string, hotkey: string): Record<string, string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The miners that are dialled, by hotkey. */
export interface Dialer {
  /** Opens and ends links so that exactly the given miners have one; miners that must get no work are not given. */
  refresh(miners: readonly ChainMiner[]): void;
  /** Ends a hotkey's link at once: it has opened a stream. */
  replaced(hotkey: string): void;
  /** Number of open links. */
  count(): number;
  /** Ends all links; resolves when their connections are gone. */
  close(): Promise<void>;
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

/** The origin at which a miner is dialled; null when it is not dialled. */
function originOf({ ip, port }: ChainMiner, allowPrivate: boolean): string | null {
  if (ip === undefined || port === undefined || !isPort(port) || !isRoutable(ip, allowPrivate)) return null;
  return `http://${hostOfUrl(ip)}:${port}`;
}

/** Dials miners that publish an endpoint: `POST /v1/work`. */
export function openDialer(options: DialOptions, modules: DialModules): Dialer {
  const { lanes, allowPrivate, ...given } = options;
  const { listener, clock, log, metrics } = modules;
  const bounds = { ...dialDefaults, ...given };
  const links = new Map<string, DialLink>();
  const ending = new Set<Promise<void>>();
  const standing = metrics.gauge("assay_dialled_miners", "Miners that are dialled");
  const leftOut = metrics.gauge(
    "assay_dialled_miners_left_out",
    "Miners not dialled because the bound is reached",
  );
  let closed = false;

  const shared: DialShared = {
    bounds,
    lanes,
    listener,
    sign: (body, hotkey) => modules.sign(body, hotkey),
    clock,
    log,
    outcomes: metrics.counter("assay_dial_outcomes_total", "How requests to dialled miners ended", [
      "outcome",
    ]),
    ended: (link, gone) => {
      links.delete(link.hotkey);
      const forgotten = gone.then(() => void ending.delete(forgotten));
      ending.add(forgotten);
    },
  };

  const wantedOf = (miners: readonly ChainMiner[]): Map<string, string> => {
    const wanted = new Map<string, string>();
    let past = 0;
    for (const miner of miners) {
      const origin = modules.hasStream(miner.hotkey) ? null : originOf(miner, allowPrivate);
      if (origin === null || wanted.has(miner.hotkey)) continue;
      if (wanted.size < bounds.maxMiners) wanted.set(miner.hotkey, origin);
      else past++;
    }
    leftOut.set(past);
    return wanted;
  };
  const timer = setInterval(() => {
    const now = clock.monotonicMs();
    for (const link of links.values()) link.look(now);
  }, bounds.lookMs);
  timer.unref();

  return {
    refresh: (miners) => {
      if (closed) return;
      const wanted = wantedOf(miners);
      for (const link of [...links.values()]) {
        if (wanted.get(link.hotkey) !== link.origin)
          link.close(modules.hasStream(link.hotkey) ? "replaced" : "gone");
      }
      for (const [hotkey, origin] of wanted) {
        if (links.has(hotkey)) continue;
        const link = new DialLink(hotkey, origin, shared);
        links.set(hotkey, link);
        listener.opened(link);
      }
      standing.set(links.size);
    },
    replaced: (hotkey) => links.get(hotkey)?.close("replaced"),
    count: () => links.size,
    close: async () => {
      closed = true;
      clearInterval(timer);
      for (const link of [...links.values()]) link.close("shutting_down");
      standing.set(0);
      await Promise.all(ending);
    },
  };
}
