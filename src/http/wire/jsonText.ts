import type { FastifyReply } from "fastify";

/** The body of an answer that is JSON text already. */
export function jsonText(reply: FastifyReply, text: string | Buffer): string | Buffer {
  reply.type("application/json; charset=utf-8");
  return text;
}
