import { STATUS_CODES } from "node:http";
import type { Problem } from "../../core/problems/problem.ts";
import { problemAnswer, problemMediaType } from "../problem/document.ts";

/** A whole answer as it stands on the socket, for where there is no response object. It ends the connection. */
export function rawAnswer(problem: Problem): string {
  const { status, headers, body } = problemAnswer(problem);
  const fields = {
    ...headers,
    "content-type": problemMediaType,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    connection: "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}\r\n${lines.join("")}\r\n${body}`;
}
