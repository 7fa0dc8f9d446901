import { once } from "node:events";
import { mkdirSync, unlinkSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { causeText } from "../core/problems/assayError.ts";
import { bind } from "./bind.ts";
import { addressText, type MetricsAddress } from "./metricsAddress.ts";
import { type MetricsServerModules, metricsServer } from "./metricsServer.ts";
import { isStaleSocket } from "./unixSocket.ts";

export interface MetricsListenerOptions {
  readonly address: MetricsAddress;
  /** Delay between two tries to bind, ms. */
  readonly retryMs?: number;
}

export type MetricsListenerModules = MetricsServerModules;

const RETRY_MS = 30_000;

/**
 * Serves metrics at their own address. An address that cannot be bound does not stop the validator: that is logged once, and
 * tried again until it works or the listener is closed.
 */
export class MetricsListener {
  readonly #options: MetricsListenerOptions;
  readonly #modules: MetricsListenerModules;
  #server: Server | null = null;
  #timer: NodeJS.Timeout | null = null;
  #trying: Promise<void> = Promise.resolve();
  #told = false;
  #closed = false;

  /** Resolves after the first try, whether or not it worked. */
  static async open(
    options: MetricsListenerOptions,
    modules: MetricsListenerModules,
  ): Promise<MetricsListener> {
    const listener = new MetricsListener(options, modules);
    await listener.#try();
    return listener;
  }

  private constructor(options: MetricsListenerOptions, modules: MetricsListenerModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** The bound address; null while it does not listen. */
  get address(): MetricsAddress | null {
    const { address } = this.#options;
    const bound = this.#server?.address();
    if (bound === undefined) return null;
    return "socket" in address ? address : { ...address, port: (bound as AddressInfo).port };
  }

  /** Closes, once, and cuts open connections. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#trying;
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  #try(): Promise<void> {
    this.#trying = this.#bind().catch((error: unknown) => this.#failed(error));
    return this.#trying;
  }

  async #bind(): Promise<void> {
    const { address } = this.#options;
    const { log } = this.#modules;
    if ("socket" in address) {
      mkdirSync(dirname(address.socket), { recursive: true });
      if (await isStaleSocket(address.socket)) unlinkSync(address.socket);
    }
    const server = metricsServer(this.#modules);
    await bind(server, address);
    server.on("error", (error) => log.error("metrics_failed", { cause: causeText(error) }));
    this.#server = server;
    log.info("metrics_listening", { at: addressText(this.address ?? address) });
  }

  #failed(error: unknown): void {
    const { address, retryMs = RETRY_MS } = this.#options;
    if (!this.#told) this.#modules.log.error("metrics_not_listening", whyNot(address, error, retryMs));
    this.#told = true;
    if (!this.#closed) this.#timer = setTimeout(() => void this.#try(), retryMs).unref();
  }
}

function whyNot(address: MetricsAddress, error: unknown, retryMs: number): object {
  const at = addressText(address);
  const cause = causeText(error);
  const remedy = "set observe.metrics to an address that is free (port 0 picks one), to a socket, or to off";
  const again = `the validator runs without metrics and tries again every ${retryMs / 1000} s`;
  return { at, cause, message: `observe.metrics: cannot listen at ${at}: ${cause}; ${remedy}; ${again}` };
}
