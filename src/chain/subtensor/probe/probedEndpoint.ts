import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Clock } from "../../../core/clock.ts";
import { causeText } from "../../../core/problems/assayError.ts";
import type { MetadataCache } from "../connect/metadataCache.ts";
import type { NodeApi } from "../connect/nodeApi.ts";
import { Session } from "../connect/session.ts";
import type { BlockRef, FinalizedBlock } from "../node.ts";
import { checked, integer, stored } from "../read/entry.ts";
import type { Need } from "./entries.ts";
import { FreshBlocks } from "./freshBlocks.ts";
import { type Presence, presenceOf } from "./presence.ts";

export interface ProbeOptions {
  /** Hash of the chain's first block. */
  readonly genesis: string;
  /** How long connecting and the first block may take, and how long one request. */
  readonly waitMs: number;
  readonly requestMs: number;
  readonly needs: readonly Need[];
}

export interface ProbeModules {
  readonly clock: Clock;
  readonly metadata: MetadataCache;
}

export interface RuntimeVersion {
  readonly name: string;
  readonly version: number;
}

/** What one endpoint showed. */
export interface EndpointReport {
  readonly name: string;
  /** The chain that it serves; null while it did not tell. */
  readonly genesis: string | null;
  /** Its latest finalised block. */
  readonly block: FinalizedBlock | null;
  /** Of that block, by this machine's clock; negative where the block is ahead of it. */
  readonly ageMs: number | null;
  /** Of one read. */
  readonly latencyMs: number | null;
  readonly runtime: RuntimeVersion | null;
  readonly presence: Presence | null;
  /** Why it cannot be used, or was not looked at to the end; null where all was read. */
  readonly fault: string | null;
}

const version = z.object({ spec_name: z.string(), spec_version: integer });

const nothing: Omit<EndpointReport, "name" | "fault"> = {
  ...{ genesis: null, block: null, ageMs: null, latencyMs: null, runtime: null, presence: null },
};

/** One endpoint, looked at once and then open for reads at its block. */
export class ProbedEndpoint {
  readonly report: EndpointReport;
  readonly #followed: Followed | null;

  private constructor(report: EndpointReport, followed: Followed | null) {
    this.report = report;
    this.#followed = followed;
  }

  /** Never rejects. */
  static async open(
    { name, url }: { readonly name: string; readonly url: string },
    options: ProbeOptions,
    modules: ProbeModules,
  ): Promise<ProbedEndpoint> {
    const followed = await follow(url, options, modules);
    if ("fault" in followed) {
      const { genesis, fault } = followed;
      return new ProbedEndpoint({ name, ...nothing, genesis, fault }, null);
    }
    const { session, block } = followed;
    try {
      const seen = await look(session, block, options, modules);
      return new ProbedEndpoint({ name, genesis: options.genesis, ...seen, fault: null }, followed);
    } catch (error) {
      const fault = causeText(error);
      session.end(fault);
      return new ProbedEndpoint({ name, ...nothing, genesis: options.genesis, fault }, null);
    }
  }

  /** A read at the block of the report. Rejects where the endpoint has a fault. */
  read<T>(what: string, read: (api: NodeApi, at: FinalizedBlock) => Promise<T>): Promise<T> {
    const { block, fault } = this.report;
    if (this.#followed === null || block === null) return Promise.reject(new Error(`${what}: ${fault}`));
    return this.#followed.session.run(what, (api) => read(api, block));
  }

  /**
   * How far this machine's clock is ahead of the chain's by the arrival of the next block, ms: the time that the block was under way is
   * part of it. Null when none comes in time.
   */
  async drift(waitMs: number): Promise<number | null> {
    if (this.#followed === null) return null;
    const { session, fresh } = this.#followed;
    const block = await fresh.next(waitMs);
    if (block === null) return null;
    return block.arrivedMs - (await session.run("Timestamp.Now", (api) => timeOf(api, block.hash)));
  }

  /** The hash of a finalised block; null where the node does not tell. */
  hashAt(height: number): Promise<string | null> {
    const { block } = this.report;
    if (block?.number === height) return Promise.resolve(block.hash);
    return this.read("chain_getBlockHash", (api) => api.rpc("chain_getBlockHash", [height])).then(
      (hash) => (typeof hash === "string" ? hash.toLowerCase() : null),
      () => null,
    );
  }

  close(): void {
    this.#followed?.session.end("done");
  }
}

interface Followed {
  readonly session: Session;
  readonly block: BlockRef;
  readonly fresh: FreshBlocks;
}

interface Failed {
  readonly fault: string;
  readonly genesis: string | null;
}

function timeOf(api: NodeApi, hash: string): Promise<number> {
  return stored(api, hash, ["Timestamp", "Now"], [], integer);
}

/** Opens a session and waits for its first finalised block. A node that refuses to be followed is read another way. */
async function follow(url: string, options: ProbeOptions, modules: ProbeModules): Promise<Followed | Failed> {
  const found = await followOnce(url, true, options, modules);
  if (found !== "refused") return found;
  const second = await followOnce(url, false, options, modules);
  if (second !== "refused" && "session" in second) return second;
  const why = second === "refused" ? "are refused too" : `gave nothing: ${second.fault}`;
  return {
    fault: `it refuses chainHead_v1_follow, and the methods before it ${why}`,
    genesis: options.genesis,
  };
}

function followOnce(
  url: string,
  canFollow: boolean,
  { genesis, waitMs, requestMs }: ProbeOptions,
  { metadata, clock }: ProbeModules,
): Promise<Followed | Failed | "refused"> {
  const fresh = new FreshBlocks();
  const waited = new AbortController();
  return new Promise((resolve) => {
    let refused = false;
    const settle = (found: Followed | Failed | "refused"): void => {
      waited.abort();
      resolve(found);
    };
    const session = new Session(
      { url, genesis, connectMs: waitMs, requestMs, canFollow, metadata },
      {
        best: (block) => fresh.note(block, clock.nowMs()),
        finalized: (block) => settle({ session, block, fresh }),
        ended: (why, otherGenesis) => settle(refused ? "refused" : { fault: why, genesis: otherGenesis }),
        followRefused: () => {
          refused = true;
          session.end("it refuses to be followed");
        },
      },
    );
    sleep(waitMs, undefined, { signal: waited.signal })
      .then(() => session.end(`no finalised block within ${waitMs} ms`))
      .catch(() => {});
  });
}

async function look(
  session: Session,
  block: BlockRef,
  { needs }: ProbeOptions,
  { clock }: ProbeModules,
): Promise<Omit<EndpointReport, "name" | "genesis" | "fault">> {
  const presence = presenceOf(await session.run("metadata", (api) => api.metadata(block.hash)), needs);
  // The first read also fetches what the library needs.
  await session.run("Timestamp.Now", (api) => timeOf(api, block.hash));
  const began = clock.monotonicMs();
  const timeMs = await session.run("Timestamp.Now", (api) => timeOf(api, block.hash));
  const latencyMs = clock.monotonicMs() - began;
  const told = await session.run("System.Version", (api) => api.constant("System", "Version"));
  const { spec_name, spec_version } = checked("System.Version", version, told);
  return {
    block: { ...block, timeMs },
    ageMs: clock.nowMs() - timeMs,
    latencyMs,
    runtime: { name: spec_name, version: spec_version },
    presence,
  };
}
