import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { BroadcastEnd, FinalizedBlock, SubtensorNode } from "./node.ts";
import { addressOf, chainAddressOf } from "./read/axon.ts";
import { takeNonceTurn } from "./weights/nonceTurn.ts";

export interface PublishedAddress {
  readonly ip: string;
  readonly port: number;
}

export interface PublisherOptions {
  readonly address: PublishedAddress;
  readonly hotkey: string;
}

export interface PublisherModules {
  readonly node: Pick<SubtensorNode, "axonOf" | "nextNonce" | "sign" | "broadcast">;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly log: Log;
}

/** The chain takes one address per 50 blocks and hotkey by default: a refused one is tried again after as long. */
const RETRY_MS = 600_000;
const ERA_BLOCKS = 64;

/** Publishes the validator's address on the chain: once, where the chain has another one or none. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #modules: PublisherModules;
  readonly #stop = new AbortController();
  /** The address as the chain writes it, so that it can be compared. */
  readonly #ip: string;
  #isDone = false;
  #retryAt = 0;

  constructor(options: PublisherOptions, modules: PublisherModules) {
    this.#options = options;
    this.#modules = modules;
    const given = chainAddressOf(options.address.ip);
    this.#ip = (given === null ? null : addressOf(given)) ?? options.address.ip;
  }

  /** Does nothing once the chain has the address. Never rejects. */
  async tick(at: FinalizedBlock): Promise<void> {
    const { clock, log } = this.#modules;
    if (this.#isDone || clock.monotonicMs() < this.#retryAt) return;
    this.#retryAt = clock.monotonicMs() + RETRY_MS;
    try {
      await this.#publish(at);
    } catch (error) {
      log.error("address_not_published", { cause: causeText(error), retry_ms: RETRY_MS });
    }
  }

  close(): void {
    this.#stop.abort();
  }

  async #publish(at: FinalizedBlock): Promise<void> {
    const { node, log } = this.#modules;
    const { hotkey, address } = this.#options;
    const { port } = address;
    const now = await node.axonOf(at, hotkey);
    if (now?.ip === this.#ip && now.port === port) {
      this.#isDone = true;
      return;
    }
    const giveBack = takeNonceTurn(hotkey, at.number);
    if (giveBack === null) {
      this.#retryAt = 0;
      return;
    }
    const end = await this.#send(at).finally(giveBack);
    // Only the next look at the chain says that it is there.
    if (end.kind === "finalized" && end.error === null) {
      this.#retryAt = 0;
      log.info("address_published", { ip: this.#ip, port, block: end.block.number });
    } else log.error("address_not_published", { ...end, retry_ms: RETRY_MS });
  }

  async #send(at: FinalizedBlock): Promise<BroadcastEnd> {
    const { node } = this.#modules;
    const call = { kind: "serve", ip: this.#ip, port: this.#options.address.port } as const;
    const nonce = await node.nextNonce();
    const { bytes } = await node.sign(call, { nonce, at, blocks: ERA_BLOCKS });
    return node.broadcast(bytes, this.#stop.signal);
  }
}
