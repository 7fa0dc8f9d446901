import { Agent, request } from "undici";

const CONNECT_MS = 5000;
/** From the connection to the end of the answer. */
const ANSWER_MS = 10_000;
const RESPONSE_BYTES = 65_536;

/** The HTTP client of those who tell somebody. */
export interface Client {
  readonly request: typeof request;
  readonly agent: Agent;
}

export function openClient(): Client {
  const agent = new Agent({
    connect: { timeout: CONNECT_MS },
    ...{ connections: 2, pipelining: 1, keepAliveTimeout: 4000 },
    ...{ headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS, maxResponseSize: RESPONSE_BYTES },
  });
  return { request, agent };
}
