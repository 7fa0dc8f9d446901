import type { Dialer, DialModules } from "../dial/dialer.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { makeRequestSigner } from "../epistula/requestSigner.ts";
import type { Chain, ChainMiner } from "../flow/chain.ts";
import type { Judge } from "../judge/judge.ts";
import { DIAL_CAPACITY, GRACE_MS } from "./pushOptions.ts";
import type { SharedDials } from "./roles/sharedDials.ts";
import type { StartModules } from "./startOptions.ts";

export interface DiallingOptions {
  readonly lanes: readonly string[];
  readonly allowPrivate: boolean;
  /** The validator's hotkey file or development URI. */
  readonly keySource: string;
}

export interface DiallingModules extends StartModules, Pick<DialModules, "metrics"> {
  readonly chain: Pick<Chain, "miners">;
  readonly judge: Pick<Judge, "isSuspended">;
  readonly dispatcher: Dispatcher;
  /** Null where no other process dials. */
  readonly shared: Pick<SharedDials, "own"> | null;
}

/**
 * Keeps links to the miners that publish an endpoint on the chain. The validator's key and the HTTP client are loaded when the
 * first such miner appears: most networks have none, and the key's library alone takes 60 MB.
 */
export class Dialling {
  readonly #options: DiallingOptions;
  readonly #modules: DiallingModules;
  #dialer: Dialer | null = null;
  /** Hotkeys of the miners that were this process's to dial. */
  #dialled: ReadonlySet<string> = new Set();
  #closed = false;

  constructor(options: DiallingOptions, modules: DiallingModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Follows the miners of the chain. Called by a timer, one call at a time. */
  async refresh(): Promise<void> {
    const { chain, judge } = this.#modules;
    const published = (chain.miners() ?? []).filter(
      ({ hotkey, ip, port }) => ip !== undefined && port !== undefined && !judge.isSuspended(hotkey),
    );
    const targets = await this.#own(published);
    if (targets.length > 0) this.#dialer ??= await this.#open();
    if (!this.#closed) this.#dialer?.refresh(targets);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#dialer?.close();
  }

  /** Those that are this process's to dial. What others were sent here is withdrawn before their link ends: they did not leave. */
  async #own(published: readonly ChainMiner[]): Promise<readonly ChainMiner[]> {
    const { shared, dispatcher } = this.#modules;
    if (shared === null) return published;
    const hotkeys = published.map(({ hotkey }) => hotkey);
    const own = await shared.own(hotkeys);
    for (const hotkey of hotkeys)
      if (this.#dialled.has(hotkey) && !own.has(hotkey) && !dispatcher.hasStream(hotkey))
        dispatcher.departures.handOver(hotkey);
    this.#dialled = own;
    return published.filter(({ hotkey }) => own.has(hotkey));
  }

  async #open(): Promise<Dialer> {
    const { lanes, allowPrivate, keySource } = this.#options;
    const { dispatcher, clock, random, log, metrics } = this.#modules;
    const [{ loadKeypair }, { openDialer }] = await Promise.all([
      import("../keys/loadKeypair.ts"),
      import("../dial/dialer.ts"),
    ]);
    const sign = makeRequestSigner(await loadKeypair(keySource), { clock, random });
    return openDialer(
      { lanes, allowPrivate, capacity: DIAL_CAPACITY, graceMs: GRACE_MS },
      {
        listener: dispatcher,
        hasStream: (hotkey) => dispatcher.hasStream(hotkey),
        sign,
        clock,
        log,
        metrics,
      },
    );
  }
}
