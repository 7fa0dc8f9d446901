import { readFileSync } from "node:fs";
import { buildMetadata } from "./metadata/buildMetadata.ts";
import { type Upgrade, upgraded } from "./metadata/upgrade.ts";
import { Chain, type Change, type ProduceOptions } from "./node/chain.ts";
import { type ChainDoubleOptions, chainDefaults } from "./options.ts";
import { Endpoint } from "./rpc/endpoint.ts";
import { readMetadata } from "./runtime/metadataBytes.ts";
import { Runtime } from "./runtime/runtime.ts";

/** A subtensor node that is none: one chain and the endpoints that serve it. */
export class ChainDouble {
  readonly chain: Chain;
  readonly endpoints: readonly Endpoint[];
  /** Chains that endpoints follow instead, whose blocks are others. */
  readonly #twins: Chain[] = [];
  #timer: NodeJS.Timeout | null = null;

  private constructor(chain: Chain, endpoints: readonly Endpoint[]) {
    this.chain = chain;
    this.endpoints = endpoints;
  }

  static async start(options: ChainDoubleOptions): Promise<ChainDouble> {
    const definition =
      options.metadata === undefined
        ? buildMetadata(options.slotMs)
        : readMetadata(readFileSync(options.metadata));
    const chain = new Chain(options, new Runtime(definition));
    const count = options.endpoints ?? chainDefaults.endpoints;
    const ports = Array.from({ length: count }, (_, at) => (at === 0 ? (options.port ?? 0) : 0));
    const endpoints = await Promise.all(ports.map((port) => Endpoint.open(chain, port)));
    const double = new ChainDouble(chain, endpoints);
    double.run(options.blockMs ?? chainDefaults.blockMs);
    return double;
  }

  /** Makes a block each so many ms; 0 stops. */
  run(blockMs: number): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = blockMs > 0 ? setInterval(() => this.produce(), blockMs) : null;
  }

  produce(options: ProduceOptions = {}): void {
    for (const chain of this.#chains()) chain.produce(options);
  }

  /** Done to the state of the next block. */
  change(change: Change): void {
    for (const chain of this.#chains()) chain.change(change);
  }

  /** The next block brings a runtime that differs so. */
  upgrade(upgrade: Upgrade): void {
    const runtime = new Runtime(upgraded(this.chain.runtime.definition, upgrade));
    for (const chain of this.#chains()) chain.upgrade(runtime);
  }

  setClock(offsetMs: number): void {
    for (const chain of this.#chains()) chain.clockOffsetMs = offsetMs;
  }

  /** Lets an endpoint tell of other blocks, from some finalised ones ago. */
  disagree(endpoint: Endpoint, depth: number): void {
    const twin = this.chain.twin(depth);
    this.#twins.push(twin);
    endpoint.serve(twin);
  }

  #chains(): Chain[] {
    return [this.chain, ...this.#twins];
  }

  async close(): Promise<void> {
    this.run(0);
    await Promise.all(this.endpoints.map((endpoint) => endpoint.close()));
  }
}
