import type { RequestListener, Server } from "node:http";
import { http } from "../../core/nodeHttp.ts";
import type { Problem } from "../../core/problems/problem.ts";
import { answerClientFaults, maxHeaderBytes } from "../problem/clientFaults.ts";
import { type Connections, defaultStalledMs } from "./connections.ts";
import { originForm } from "./requestHead.ts";

/** An idle connection is kept this long for the next request. */
const keepAliveMs = 20_000;

export interface ListenerOptions {
  /** For headers and body together. */
  readonly bodyDeadlineMs: number;
  readonly maxBodyBytes: number;
  readonly stalledMs?: number;
}

export interface ListenerModules {
  readonly connections: Connections;
  /** Gets the refusals of the server itself. */
  readonly onProblem: (problem: Problem) => void;
}

/** Missed deadlines are noticed within a twentieth of the deadline, or a quarter of a second. */
const checkEvery = (deadlineMs: number): number => Math.min(250, Math.max(10, Math.floor(deadlineMs / 20)));

/** A body announced as too large is refused instead of answered with 100 Continue. */
function answerExpectations(server: Server, listener: RequestListener, maxBodyBytes: number): void {
  server.on("checkContinue", (request, response) => {
    const announced = Number(request.headers["content-length"] ?? 0);
    if (announced <= maxBodyBytes) response.writeContinue();
    listener(request, response);
  });
  // RFC 9110 section 10.1.1 lets a server ignore expectations that it does not know.
  server.on("checkExpectation", listener);
}

/** An HTTP server with every bound on its connections set. */
export function makeListener(
  serve: RequestListener,
  options: ListenerOptions,
  { connections, onProblem }: ListenerModules,
): Server {
  const { bodyDeadlineMs, maxBodyBytes, stalledMs = defaultStalledMs } = options;
  const listener: RequestListener = (request, response) => {
    connections.enter(request, response);
    request.url = originForm(request.url ?? "");
    serve(request, response);
  };
  const server = http.createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: bodyDeadlineMs,
      requestTimeout: bodyDeadlineMs,
      connectionsCheckingInterval: checkEvery(bodyDeadlineMs),
      keepAliveTimeout: keepAliveMs,
      // A missing Host is refused with a problem document, which node's own refusal is not.
      requireHostHeader: false,
    },
    listener,
  );
  server.timeout = stalledMs;
  // Header fields are counted where they can be refused; past its own limit node would drop them silently.
  server.maxHeadersCount = 0;
  answerClientFaults(server, bodyDeadlineMs, onProblem);
  answerExpectations(server, listener, maxBodyBytes);
  connections.attach(server);
  return server;
}
