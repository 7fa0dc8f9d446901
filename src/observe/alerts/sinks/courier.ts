import { Agent, request } from "undici";
import { causeText } from "../../../core/problems/assayError.ts";
import type { Message } from "./notice.ts";

/** What became of a request. */
export interface Delivery {
  readonly ok: boolean;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** What the receiver said, or why it could not be asked; null when it took the message. */
  readonly error: string | null;
}

const CONNECT_MS = 5000;
/** From the connection to the end of the answer. */
const ANSWER_MS = 10_000;
const RESPONSE_BYTES = 65_536;
const SHOWN = 200;

/** Makes the requests to those who are told; the operator chose where they go. Redirects are not followed. */
export class Courier {
  readonly #agent: Agent;
  readonly #stop = new AbortController();

  constructor() {
    this.#agent = new Agent({
      connect: { timeout: CONNECT_MS },
      ...{ connections: 2, pipelining: 1, keepAliveTimeout: 4000 },
      ...{ headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS, maxResponseSize: RESPONSE_BYTES },
    });
  }

  /** Never rejects. */
  async send(url: string, method: "GET" | "POST", message: Message | null): Promise<Delivery> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(CONNECT_MS + ANSWER_MS)]);
    try {
      const { statusCode: status, body } = await request(url, {
        ...{ method, signal, dispatcher: this.#agent },
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
    await this.#agent.destroy();
  }
}
