import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import { AssayError, causeText } from "../../../core/problems/assayError.ts";
import type { Random } from "../../../core/random.ts";
import type { BlockRef, Disagreement } from "../node.ts";
import { Endpoint, type EndpointModules } from "./endpoint.ts";
import { endpointNames } from "./endpointName.ts";
import { isEntryFault } from "./entryFault.ts";
import { disagreementOf } from "./heights.ts";
import { MetadataCache } from "./metadataCache.ts";
import type { NodeApi } from "./nodeApi.ts";
import { choose, type RankRules, ranked } from "./rank.ts";

export interface EndpointsOptions {
  readonly urls: readonly string[];
  /** Hash of the chain's first block. */
  readonly genesis: string;
  readonly staleAfterMs: number;
  readonly blockMs: number;
}

export interface EndpointsModules extends Pick<EndpointModules, "counted"> {
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly random: Pick<Random, "unit">;
  readonly log: Log;
  /** Blocks of the endpoint in use, and its latest when another one comes into use. */
  readonly best: (block: BlockRef) => void;
  readonly finalized: (block: BlockRef, isNewRuntime: boolean) => void;
  /** Called for each height at which endpoints disagree. */
  readonly disagreed: () => void;
  /** Another endpoint is in use: its place in the configuration from 1, 0 for none. */
  readonly switched: (place: number) => void;
  /** Called several times per stale period. */
  readonly ticked: () => void;
}

/** What was read, and by the name of which endpoint. */
export interface Answer<T> {
  readonly value: T;
  readonly endpoint: string;
}

/** What a reader waits for at most, ms; never longer than a height may be old. */
const REQUEST_MS = 15_000;
const CONNECT_MS = 10_000;
const BACKOFF = { firstMs: 500, mostMs: 60_000 };
/** Standby endpoints are tried with a real read this often, ms. */
const PROBE_MS = 30_000;
const RETRY_AFTER_S = 12;

/** The configured endpoints: keeps a session to each, uses the best healthy one, and compares what they say. */
export class Endpoints {
  readonly #modules: EndpointsModules;
  readonly #endpoints: readonly Endpoint[];
  readonly #rules: RankRules;
  readonly #timer: NodeJS.Timeout;
  readonly #probeMs: number;
  #used: Endpoint | null = null;
  #usedAt = 0;
  #probedAt = 0;
  #disagreement: Disagreement | null = null;
  #closed = false;

  constructor(options: EndpointsOptions, modules: EndpointsModules) {
    this.#modules = modules;
    const { staleAfterMs, blockMs, genesis } = options;
    this.#rules = { staleAfterMs, blockMs, holdMs: Math.min(60_000, staleAfterMs / 2) };
    this.#probeMs = Math.min(PROBE_MS, staleAfterMs / 2);
    const limits = {
      staleAfterMs,
      connectMs: Math.min(CONNECT_MS, staleAfterMs),
      requestMs: Math.min(REQUEST_MS, staleAfterMs),
      backoff: { ...BACKOFF, mostMs: Math.min(BACKOFF.mostMs, staleAfterMs) },
    };
    const shared: EndpointModules = {
      ...modules,
      metadata: new MetadataCache(),
      best: (endpoint, block) => endpoint === this.#used && modules.best(block),
      finalized: (endpoint, block, isNewRuntime) => this.#finalized(endpoint, block, isNewRuntime),
    };
    const names = endpointNames(options.urls);
    this.#endpoints = options.urls.map(
      (url, i) => new Endpoint({ ...limits, url, genesis, name: names[i] ?? url }, shared),
    );
    this.#timer = setInterval(() => this.#tick(), Math.min(1000, Math.max(20, staleAfterMs / 20)));
    for (const endpoint of this.#endpoints) endpoint.tick();
  }

  /** Null while none is healthy. */
  get used(): Endpoint | null {
    return this.#used;
  }

  get all(): readonly Endpoint[] {
    return this.#endpoints;
  }

  get disagreement(): Disagreement | null {
    return this.#disagreement;
  }

  /**
   * Reads from the endpoint in use, and once from the next best one where that fails. Throws `chain_unavailable`, and what names
   * an entry that the runtime lacks.
   */
  async run<T>(what: string, read: (api: NodeApi) => Promise<T>): Promise<T> {
    return (await this.runBy(what, read)).value;
  }

  /** The same, with the endpoint that answered. */
  async runBy<T>(what: string, read: (api: NodeApi) => Promise<T>): Promise<Answer<T>> {
    const answer = await this.#tryEach(what, this.#order().slice(0, 2), read);
    if (answer === null) throw unavailable(new Error(`${what}: no endpoint is healthy`));
    return answer;
  }

  /** Reads from another endpoint than the one named; null where there is none. Throws as `run` does. */
  runElsewhere<T>(what: string, not: string, read: (api: NodeApi) => Promise<T>): Promise<Answer<T> | null> {
    const [other] = this.#order().filter(({ name }) => name !== not);
    return this.#tryEach(what, other === undefined ? [] : [other], read);
  }

  /** Watches something through the endpoint in use, with no deadline but its own. Throws `chain_unavailable`. */
  watch<T>(work: (api: NodeApi) => Promise<T>): Promise<T> {
    const [endpoint] = this.#order();
    if (endpoint === undefined) throw unavailable(new Error("no endpoint is healthy"));
    return endpoint.watch(work);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  async #tryEach<T>(
    what: string,
    order: readonly Endpoint[],
    read: (api: NodeApi) => Promise<T>,
  ): Promise<Answer<T> | null> {
    let cause: unknown = null;
    for (const endpoint of order) {
      try {
        return { value: await endpoint.run(what, read), endpoint: endpoint.name };
      } catch (error) {
        if (isEntryFault(error)) throw error;
        cause = error;
      }
    }
    if (cause === null) return null;
    throw unavailable(cause);
  }

  #order(): Endpoint[] {
    const views = this.#endpoints.map((endpoint) => endpoint.view());
    const others = ranked(views, this.#rules).flatMap(
      ({ name }) =>
        this.#endpoints.find((endpoint) => endpoint.name === name && endpoint !== this.#used) ?? [],
    );
    return this.#used === null ? others : [this.#used, ...others];
  }

  #tick(): void {
    for (const endpoint of this.#endpoints) endpoint.tick();
    this.#select();
    this.#probe();
    this.#modules.ticked();
  }

  #select(): void {
    const { clock, log, finalized, switched } = this.#modules;
    const now = clock.monotonicMs();
    const used = this.#used;
    const inUse = used === null ? null : { name: used.name, forMs: now - this.#usedAt };
    const views = this.#endpoints.map((endpoint) => endpoint.view());
    const name = choose(views, inUse, this.#rules);
    if (name === (used?.name ?? null)) return;
    this.#used = this.#endpoints.find((endpoint) => endpoint.name === name) ?? null;
    this.#usedAt = now;
    log[name === null ? "error" : "info"]("chain_endpoint_used", {
      endpoint: name,
      before: used?.name ?? null,
      cause: used === null ? "it answers" : (used.fault ?? "another one is better"),
    });
    switched(this.#used === null ? 0 : this.#endpoints.indexOf(this.#used) + 1);
    const head = this.#used?.head ?? null;
    if (head !== null) finalized(head, true);
  }

  #finalized(endpoint: Endpoint, block: BlockRef, isNewRuntime: boolean): void {
    if (this.#closed) return;
    this.#compare();
    if (this.#used === null) this.#select();
    else if (endpoint === this.#used) this.#modules.finalized(block, isNewRuntime);
  }

  #compare(): void {
    const found = disagreementOf(this.#endpoints);
    const before = this.#disagreement;
    this.#disagreement = found;
    if (found !== null && found.number !== before?.number) {
      this.#modules.disagreed();
      if (before === null) this.#modules.log.error("endpoints_disagree", found);
    }
    if (found === null && before !== null) this.#modules.log.warn("endpoints_agree", {});
  }

  /** Standby endpoints are known by what they answer, not by what they list. */
  #probe(): void {
    const now = this.#modules.clock.monotonicMs();
    if (now - this.#probedAt < this.#probeMs) return;
    this.#probedAt = now;
    for (const endpoint of this.#endpoints) {
      const { head } = endpoint;
      if (endpoint === this.#used || head === null || !endpoint.view().isOpen) continue;
      // The failure is on record with the endpoint.
      endpoint.run("Timestamp.Now", (api) => api.storage("Timestamp", "Now", [], head.hash)).catch(() => {});
    }
  }
}

function unavailable(cause: unknown): AssayError {
  return new AssayError(
    { code: "chain_unavailable", retry_after_s: RETRY_AFTER_S, cause_text: causeText(cause) },
    { cause },
  );
}
