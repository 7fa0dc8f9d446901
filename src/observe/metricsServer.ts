import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Log } from "../core/log.ts";
import { http } from "../core/nodeHttp.ts";
import { causeText } from "../core/problems/assayError.ts";
import { sharedRun } from "../core/sharedRun.ts";

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** Headers must be complete by then, ms; a scraper on the same host sends them at once. */
const HEADERS_MS = 5000;
/** An idle connection is cut after this, ms; a scraper with a longer pause opens a new one. */
const IDLE_MS = 30_000;
/** A few scrapers and a person. */
const CONNECTIONS = 16;
const HEADER_BYTES = 8192;

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const plain = (status: number, body: string): Answer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: `${body}\n`,
});

function refusalOf({ method, url = "", headers }: IncomingMessage): Answer | null {
  if (url.split("?", 1)[0] !== "/metrics") return plain(404, "Only /metrics is served here.");
  if (method !== "GET" && method !== "HEAD") {
    const refusal = plain(405, "This method is not served; read metrics with GET or HEAD.");
    return { ...refusal, headers: { ...refusal.headers, allow: "GET, HEAD" } };
  }
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
  return hasBody ? plain(413, "A request for metrics has no body; send it without one.") : null;
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  // The rest of a refused request is not read.
  const connection = status === 200 ? {} : { connection: "close" };
  response.writeHead(status, { ...headers, ...connection, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

export interface MetricsServerModules {
  readonly expose: () => Promise<Exposition>;
  readonly log: Log;
  /** Milliseconds until an address has a token again; 0 when one was taken. Not asked on a unix socket. */
  readonly waitMs: (address: string) => number;
}

function tooMany(waitMs: number): Answer {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const refusal = plain(
    429,
    `This address has scraped more often than its limit; come back in ${seconds} s.`,
  );
  return { ...refusal, headers: { ...refusal.headers, "retry-after": `${seconds}` } };
}

/** An HTTP server for Prometheus: `GET` and `HEAD` of `/metrics`, and nothing else. Scrapes at one time share one collection. */
export function metricsServer(modules: MetricsServerModules): Server {
  const { log, waitMs } = modules;
  const expose = sharedRun(modules.expose);
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { remoteAddress } = request.socket;
    const wait = remoteAddress === undefined ? 0 : waitMs(remoteAddress);
    const refusal = wait > 0 ? tooMany(wait) : refusalOf(request);
    if (refusal !== null) return refusal;
    const { contentType, body } = await expose();
    return { status: 200, headers: { "content-type": contentType }, body };
  };
  const server = http.createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      requestTimeout: HEADERS_MS,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: IDLE_MS,
    },
    (request, response) => {
      answer(request).then(
        (given) => send(response, given),
        (error: unknown) => {
          log.error("metrics_failed", { cause: causeText(error) });
          send(response, plain(500, "The metrics could not be collected; the log says why."));
        },
      );
    },
  );
  server.timeout = IDLE_MS;
  server.maxConnections = CONNECTIONS;
  return server;
}
