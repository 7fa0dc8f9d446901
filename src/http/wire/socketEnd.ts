import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { hasBody } from "./requestHead.ts";

/** How long a refused client may go on sending before its connection is cut. */
const lingerMs = 1000;

function endThenCut(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}

/**
 * Ends the connection after the running answer, so that a client that is still sending can read the answer: closing with unread
 * bytes would reset the connection and lose the answer. What the client still sends is discarded.
 */
export function lingerAfterAnswer(socket: Socket): void {
  socket.destroySoon = () => endThenCut(socket);
}

/** Writes the last bytes of a connection and ends it: in the same way, or `atOnce` when nothing more can be under way. */
export function endWith(socket: Socket, bytes: string, atOnce: boolean): void {
  if (!atOnce) {
    socket.write(bytes);
    endThenCut(socket);
  } else socket.end(bytes, () => socket.destroy());
}

/** Whether a client may still be sending its body. */
export function isUnread({ raw }: FastifyRequest): boolean {
  return hasBody(raw) && !raw.complete;
}

/** Says that an answer is the last one of its connection; one that names a protocol to upgrade to says that here too. */
export function announceEnd(reply: FastifyReply): void {
  reply.header("connection", reply.hasHeader("upgrade") ? "close, upgrade" : "close");
}

/** Makes an answer the last one of its connection. */
export function endConnection(request: FastifyRequest, reply: FastifyReply): void {
  announceEnd(reply);
  lingerAfterAnswer(request.raw.socket);
}
