import type { Clock } from "../../../core/clock.ts";
import { AssayError } from "../../../core/problems/assayError.ts";
import { endpointNames } from "../connect/endpointName.ts";
import { MetadataCache } from "../connect/metadataCache.ts";
import type { NodeApi } from "../connect/nodeApi.ts";
import { choose, type RankRules } from "../connect/rank.ts";
import type { FinalizedBlock } from "../node.ts";
import { type EndpointReport, ProbedEndpoint, type ProbeOptions } from "./probedEndpoint.ts";

export interface ProbesOptions extends ProbeOptions {
  readonly urls: readonly string[];
  readonly staleAfterMs: number;
  readonly blockMs: number;
}

function heightOf(endpoint: ProbedEndpoint | null): number {
  return endpoint?.report.block?.number ?? Number.POSITIVE_INFINITY;
}

/** All endpoints of a configuration, looked at once, beside each other: for people who ask, without a running validator. */
export class Probe {
  readonly reports: readonly EndpointReport[];
  readonly #endpoints: readonly ProbedEndpoint[];
  readonly #used: ProbedEndpoint | null;

  private constructor(endpoints: readonly ProbedEndpoint[], rules: RankRules) {
    this.#endpoints = endpoints;
    this.reports = endpoints.map(({ report }) => report);
    const views = this.reports.map(({ name, block, latencyMs, fault }) => ({
      ...{ name, isOpen: fault === null, height: block?.number ?? null },
      ...{ ageMs: block === null ? null : 0, errors: 0, latencyMs },
    }));
    const name = choose(views, null, rules);
    this.#used = endpoints.find(({ report }) => report.name === name) ?? null;
  }

  static async open(options: ProbesOptions, { clock }: { readonly clock: Clock }): Promise<Probe> {
    const { urls, staleAfterMs, blockMs } = options;
    const names = endpointNames(urls);
    const modules = { clock, metadata: new MetadataCache() };
    const endpoints = await Promise.all(
      urls.map((url, i) => ProbedEndpoint.open({ url, name: names[i] ?? url }, options, modules)),
    );
    return new Probe(endpoints, { staleAfterMs, blockMs, holdMs: 0 });
  }

  /** The one that a validator would use now; null where none is healthy. */
  get used(): string | null {
    return this.#used?.report.name ?? null;
  }

  /** The finalised block that is read at; null where no endpoint is healthy. */
  get block(): FinalizedBlock | null {
    return this.#used?.report.block ?? null;
  }

  /** A read at that block. Throws `chain_unavailable` with the fault of each endpoint where none is healthy. */
  read<T>(what: string, read: (api: NodeApi, at: FinalizedBlock) => Promise<T>): Promise<T> {
    if (this.#used !== null) return this.#used.read(what, read);
    const faults = this.reports.map(({ name, fault }) => `${name}: ${fault ?? "too far behind the others"}`);
    const cause_text = `no endpoint of chain.endpoints can be used: ${faults.join("; ")}`;
    return Promise.reject(new AssayError({ code: "chain_unavailable", retry_after_s: 12, cause_text }));
  }

  /** How far this machine's clock is ahead of the chain's, ms, by the next block of the endpoint in use; null when none comes in time. */
  async drift(waitMs: number): Promise<number | null> {
    return (await this.#used?.drift(waitMs)) ?? null;
  }

  /** The height at which two endpoints that can be read give different hashes; null while none do. */
  async disagreement(): Promise<number | null> {
    const open = this.#endpoints.filter(({ report }) => report.block !== null);
    const lowest = open.reduce<ProbedEndpoint | null>(
      (least, each) => (heightOf(each) < heightOf(least) ? each : least),
      null,
    );
    const block = lowest?.report.block ?? null;
    if (block === null) return null;
    const hashes = await Promise.all(open.map((endpoint) => endpoint.hashAt(block.number)));
    return hashes.some((hash) => hash !== null && hash !== block.hash) ? block.number : null;
  }

  close(): void {
    for (const endpoint of this.#endpoints) endpoint.close();
  }
}
