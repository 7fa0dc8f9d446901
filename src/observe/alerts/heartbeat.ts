import type { Log } from "../../core/log.ts";
import type { Counter } from "../../core/metrics.ts";
import type { Courier } from "./sinks/courier.ts";
import { shownUrl } from "./sinks/sink.ts";

export interface HeartbeatModules {
  readonly courier: Pick<Courier, "send">;
  /** Whether alerts are evaluated here, and the store answers. */
  readonly isWell: () => boolean;
  readonly log: Log;
  readonly deliveries: Counter;
}

/**
 * Asks a URL as long as all is well, for a service that raises an alarm when that stops: a validator that is gone tells nobody. What
 * fails is not tried again before the next time.
 */
export class Heartbeat {
  readonly #url: string;
  readonly #method: "GET" | "POST";
  readonly #modules: HeartbeatModules;
  #failures = 0;

  constructor(url: string, method: "GET" | "POST", modules: HeartbeatModules) {
    this.#url = url;
    this.#method = method;
    this.#modules = modules;
  }

  async beat(): Promise<void> {
    const { courier, isWell, log, deliveries } = this.#modules;
    if (!isWell()) return;
    const { ok, error } = await courier.send(this.#url, this.#method, null);
    deliveries.add({ sink: "heartbeat", result: ok ? "delivered" : "failed" });
    const failures = ok ? 0 : this.#failures + 1;
    if (ok && this.#failures > 0) log.info("heartbeat_delivered_again", { after_failures: this.#failures });
    if (!ok && Number.isInteger(Math.log2(failures)))
      log.warn("heartbeat_not_delivered", { at: shownUrl(this.#url), failures, cause: error });
    this.#failures = failures;
  }
}
