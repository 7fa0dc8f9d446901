import { causeText } from "../../../core/problems/assayError.ts";
import type { Client } from "./client.ts";
import type { Message } from "./notice.ts";

/** What became of a request. */
export interface Delivery {
  readonly ok: boolean;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** What the receiver said, or why it could not be asked; null when it took the message. */
  readonly error: string | null;
}

/** The longest that a request takes, ms: 5 s until it is connected, 10 s from there. */
const LONGEST_MS = 15_000;
const SHOWN = 200;

/** Makes the requests to those who are told; the operator chose where they go. Redirects are not followed. */
export class Courier {
  readonly #stop = new AbortController();
  /** Loaded when somebody is told for the first time: many validators tell nobody. */
  #client: Promise<Client> | null = null;

  /** Never rejects. */
  async send(url: string, method: "GET" | "POST", message: Message | null): Promise<Delivery> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(LONGEST_MS)]);
    try {
      this.#client ??= import("./client.ts").then(({ openClient }) => openClient());
      const { request, agent } = await this.#client;
      const { statusCode: status, body } = await request(url, {
        ...{ method, signal, dispatcher: agent },
        headers: { "user-agent": "assay", ...message?.headers },
        body: message?.body ?? null,
      });
      const said = (await body.text()).replaceAll(/\s+/g, " ").slice(0, SHOWN);
      const ok = status >= 200 && status < 300;
      return { ok, status, error: ok ? null : `it answered ${status}${said === "" ? "" : `: ${said}`}` };
    } catch (error) {
      return { ok: false, status: null, error: causeText(error) };
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#stop.abort(new Error("the process stops"));
    const client = await this.#client?.catch(() => null);
    await client?.agent.destroy();
  }
}
