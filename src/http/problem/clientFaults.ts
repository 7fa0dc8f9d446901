import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Problem } from "../../core/problems/problem.ts";
import { endWith } from "../wire/socketEnd.ts";
import { rawAnswer } from "./document.ts";

/** Request line and headers: a signed request needs under 1 KiB in some fifteen fields, proxies add a few. */
export const maxHeaderBytes = 16_384;

/** The parser only counts the bytes of names and values, so thousands of tiny fields pass it. */
export const maxHeaderFields = 128;

export const headersTooLarge: Problem = {
  code: "headers_too_large",
  limit_bytes: maxHeaderBytes,
  limit_fields: maxHeaderFields,
};

function problemOf(code: string | undefined, deadlineMs: number): Problem {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { code: "request_timeout", limit_ms: deadlineMs };
    case "HPE_HEADER_OVERFLOW":
      return headersTooLarge;
    default:
      return { code: "malformed_request" };
  }
}

/** The answer that the connection is sending, if any. */
const answerOn = (socket: Socket & { _httpMessage?: ServerResponse | null }): ServerResponse | null =>
  socket._httpMessage ?? null;

/**
 * Answers connections whose bytes never become a request: broken framing, too many header bytes, a missed deadline. Each gets
 * at most one such answer, and never in the middle of another one.
 */
export function answerClientFaults(
  server: Server,
  deadlineMs: number,
  onProblem: (problem: Problem) => void,
): void {
  const told = new WeakSet<Socket>();
  server.on("clientError", (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    if (told.has(socket)) return;
    told.add(socket);
    if (error.code === "ECONNRESET" || !socket.writable || answerOn(socket)?.headersSent) {
      socket.destroy();
      return;
    }
    const problem = problemOf(error.code, deadlineMs);
    onProblem(problem);
    endWith(socket, rawAnswer(problem), problem.code === "request_timeout");
  });
  server.on("connect", (_request, stream) => {
    const socket = stream as Socket;
    // The server listens to its errors no longer, and one that nobody hears ends the process: the client may be gone by now.
    socket.on("error", () => socket.destroy());
    const problem: Problem = { code: "method_not_allowed", method: "CONNECT", allow: "GET, HEAD" };
    onProblem(problem);
    endWith(socket, rawAnswer(problem), true);
  });
}
