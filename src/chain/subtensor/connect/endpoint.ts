import { type BackoffRule, backoffMs } from "../../../core/backoff.ts";
import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import { causeText } from "../../../core/problems/assayError.ts";
import type { Random } from "../../../core/random.ts";
import type { BlockRef } from "../node.ts";
import { isBlockGone, isEntryFault } from "./entryFault.ts";
import { ErrorLevel } from "./errorLevel.ts";
import { Heights } from "./heights.ts";
import type { MetadataCache } from "./metadataCache.ts";
import type { NodeApi } from "./nodeApi.ts";
import type { EndpointView } from "./rank.ts";
import { Session } from "./session.ts";

export interface EndpointOptions {
  readonly url: string;
  /** As it is shown. */
  readonly name: string;
  /** Hash of the chain's first block. */
  readonly genesis: string;
  readonly staleAfterMs: number;
  readonly connectMs: number;
  readonly requestMs: number;
  readonly backoff: BackoffRule;
}

export interface EndpointModules {
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly random: Pick<Random, "unit">;
  readonly log: Log;
  readonly metadata: MetadataCache;
  readonly counted: (outcome: RequestOutcome) => void;
  readonly best: (endpoint: Endpoint, block: BlockRef) => void;
  readonly finalized: (endpoint: Endpoint, block: BlockRef, isNewRuntime: boolean) => void;
}

export type RequestOutcome = "answered" | "failed";

/** Requests that fail in a row until the connection is made anew, whatever their errors say. */
const FAILURES_MOST = 3;

/** A node that may be used: keeps one session to it, makes a new one when that ends or falls silent, and records how it does. */
export class Endpoint {
  readonly name: string;
  readonly heights = new Heights();
  readonly #options: EndpointOptions;
  readonly #modules: EndpointModules;
  readonly #errors = new ErrorLevel();
  #canFollow = true;
  #session: Session | null = null;
  #head: BlockRef | null = null;
  /** When its height last grew, and since when the session has been open; monotonic ms. */
  #grewAt: number | null = null;
  #openedAt = 0;
  /** Whether this session has told a finalised block. */
  #isFollowing = false;
  #endsInRow = 0;
  #failuresInRow = 0;
  #retryAt = 0;
  #latencyMs: number | null = null;
  #fault: string | null = "it has not been tried yet";
  #otherGenesis: string | null = null;
  #closed = false;

  constructor(options: EndpointOptions, modules: EndpointModules) {
    this.#options = options;
    this.#modules = modules;
    this.name = options.name;
  }

  get head(): BlockRef | null {
    return this.#head;
  }

  /** Why it is not used; null while it is open. */
  get fault(): string | null {
    return this.#fault;
  }

  /** The genesis of the other chain that it serves. */
  get otherGenesis(): string | null {
    return this.#otherGenesis;
  }

  view(): EndpointView {
    const now = this.#modules.clock.monotonicMs();
    return {
      name: this.name,
      isOpen: this.#session !== null && this.#isFollowing,
      height: this.#head?.number ?? null,
      ageMs: this.#grewAt === null ? null : now - this.#grewAt,
      errors: this.#errors.value(now),
      latencyMs: this.#latencyMs,
    };
  }

  /** Called often: opens what is due, and ends a session that has been silent for too long. */
  tick(): void {
    const now = this.#modules.clock.monotonicMs();
    if (this.#session === null) {
      if (now >= this.#retryAt && !this.#closed) this.#open(now);
      return;
    }
    const since = Math.max(this.#openedAt, this.#isFollowing ? (this.#grewAt ?? 0) : 0);
    const silentMs = Math.round(now - since);
    if (silentMs > this.#options.staleAfterMs) this.#session.end(`no new finalised block for ${silentMs} ms`);
  }

  /** Runs a read on the open session; rejects when there is none. Counts, times and judges it. */
  async run<T>(what: string, read: (api: NodeApi) => Promise<T>): Promise<T> {
    const session = this.#session;
    if (session === null) throw new Error(`${what}: not connected`);
    const { clock, counted } = this.#modules;
    const began = clock.monotonicMs();
    try {
      const value = await session.run(what, read);
      this.#answered(clock.monotonicMs() - began);
      counted("answered");
      return value;
    } catch (error) {
      // The node answered; what its runtime lacks, or it holds no longer, is no fault of the connection.
      if (isEntryFault(error) || isBlockGone(error)) throw error;
      counted("failed");
      this.#failed(session, what, error);
      throw error;
    }
  }

  /** Runs what has a deadline of its own; it ends with the session. */
  watch<T>(work: (api: NodeApi) => Promise<T>): Promise<T> {
    if (this.#session === null) return Promise.reject(new Error("not connected"));
    return this.#session.watch(work);
  }

  close(): void {
    this.#closed = true;
    this.#session?.end("closing");
  }

  #answered(ms: number): void {
    this.#failuresInRow = 0;
    this.#errors.answered(this.#modules.clock.monotonicMs());
    this.#latencyMs = this.#latencyMs === null ? ms : 0.8 * this.#latencyMs + 0.2 * ms;
  }

  #failed(session: Session, what: string, error: unknown): void {
    this.#errors.failed(this.#modules.clock.monotonicMs());
    this.#modules.log.debug("chain_request_failed", {
      endpoint: this.name,
      request: what,
      cause: causeText(error),
    });
    if (session !== this.#session) return;
    this.#failuresInRow++;
    if (this.#failuresInRow >= FAILURES_MOST)
      session.end(`${FAILURES_MOST} requests failed in a row; the last one: ${causeText(error)}`);
  }

  #open(now: number): void {
    this.#openedAt = now;
    this.#isFollowing = false;
    this.#failuresInRow = 0;
    const { url, genesis, connectMs, requestMs } = this.#options;
    const { metadata, best } = this.#modules;
    this.#session = new Session(
      { url, genesis, connectMs, requestMs, canFollow: this.#canFollow, metadata },
      {
        best: (block) => best(this, block),
        finalized: (block, isNewRuntime) => this.#finalized(block, isNewRuntime),
        ended: (why, otherGenesis) => this.#ended(why, otherGenesis),
        followRefused: () => {
          this.#canFollow = false;
        },
      },
    );
  }

  #finalized(block: BlockRef, isNewRuntime: boolean): void {
    const now = this.#modules.clock.monotonicMs();
    if (!this.#isFollowing) this.#modules.log.info("chain_endpoint_open", { endpoint: this.name, ...block });
    this.#isFollowing = true;
    this.#fault = null;
    this.#otherGenesis = null;
    this.heights.note(block);
    if (this.#head === null || block.number > this.#head.number) {
      this.#head = block;
      this.#grewAt = now;
      this.#endsInRow = 0;
    }
    this.#modules.finalized(this, block, isNewRuntime);
  }

  #ended(why: string, otherGenesis: string | null): void {
    const { clock, random, log } = this.#modules;
    this.#session = null;
    this.#isFollowing = false;
    if (this.#closed) return;
    this.#endsInRow++;
    const { backoff } = this.#options;
    // Another chain is not there by chance: it is looked at again, but seldom.
    const tries = otherGenesis === null ? this.#endsInRow : Number.MAX_SAFE_INTEGER;
    const waitMs = backoffMs(tries, backoff, () => random.unit());
    this.#retryAt = clock.monotonicMs() + waitMs;
    if (this.#fault !== why)
      log.warn("chain_endpoint_lost", { endpoint: this.name, cause: why, retry_ms: Math.round(waitMs) });
    this.#fault = why;
    this.#otherGenesis = otherGenesis;
  }
}
