import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { http } from "../../core/nodeHttp.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import { hasBody, listOf, originForm, pathOf } from "../wire/requestHead.ts";
import { lingerAfterAnswer } from "../wire/socketEnd.ts";

export const streamPath = "/v1/stream";

export const webSocket = "websocket";

const protocol = "WebSocket version 13";
const key = /^[+/0-9A-Za-z]{22}==$/;

/** Whether a request asks for a stream. Other upgrades are ignored, as RFC 9110 section 7.8 allows. */
export function isStreamUpgrade(request: IncomingMessage): boolean {
  const { method, url = "", headers, httpVersionMinor } = request;
  // An upgrade in HTTP/1.0 must be ignored.
  if (method !== "GET" || httpVersionMinor === 0 || hasBody(request)) return false;
  return listOf(headers.upgrade).includes(webSocket) && pathOf(originForm(url)) === streamPath;
}

/** Throws `upgrade_required`, and names the protocol in a header. */
export function refuseProtocol(reply: FastifyReply): never {
  const connection = reply.raw.shouldKeepAlive ? "upgrade" : "close, upgrade";
  reply.headers({ connection, upgrade: webSocket, "sec-websocket-version": "13" });
  throw new AssayError({ code: "upgrade_required", protocol });
}

/** The cheap checks, before the signature. Throws `upgrade_required` or `malformed_request`. */
export function checkHandshake(request: FastifyRequest, reply: FastifyReply): void {
  const { headers } = request;
  if (headers["sec-websocket-version"] !== "13") refuseProtocol(reply);
  if (!key.test(headers["sec-websocket-key"] ?? "")) throw new AssayError({ code: "malformed_request" });
}

/** An answer on a connection that the HTTP parser has released; null when none can be sent. It ends the connection. */
export function answerOn(request: IncomingMessage, socket: Socket): ServerResponse | null {
  const response = new http.ServerResponse(request);
  response.shouldKeepAlive = false;
  try {
    response.assignSocket(socket);
  } catch {
    // The answer to an earlier request of the connection is still under way, so this one can have none.
    return null;
  }
  lingerAfterAnswer(socket);
  response.once("finish", () => {
    socket.resume();
    socket.destroySoon();
  });
  return response;
}
