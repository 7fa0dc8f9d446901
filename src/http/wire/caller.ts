import type { ServerResponse } from "node:http";
import { isIP } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../flow/caller.ts";

const nothing = new Uint8Array();
const mapped = "::ffff:";

/** An IPv4 address reads the same whichever socket it came through. */
function plainAddress(address: string): string {
  const tail = address.startsWith(mapped) ? address.slice(mapped.length) : "";
  return isIP(tail) === 4 ? tail : address;
}

/** A forwarded text that is no address counts as the proxy itself. */
function addressOf(request: FastifyRequest): string {
  const claimed = plainAddress(request.ip ?? "");
  return isIP(claimed) === 0 ? plainAddress(request.raw.socket.remoteAddress ?? "") : claimed;
}

function abortOnDeparture(request: FastifyRequest, response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const { socket } = request.raw;
  const onClose = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (socket.destroyed) onClose();
  response.once("close", onClose);
  // A pipelined answer that waits for its turn has no socket yet and is told nothing.
  if (response.socket === null) socket.once("close", onClose);
  return controller.signal;
}

/** Its signal is made when somebody asks for it: most requests end before anybody does. */
class RequestCaller implements Caller {
  readonly headers: Caller["headers"];
  readonly ip: string;
  readonly rawBody: Uint8Array;
  readonly #request: FastifyRequest;
  readonly #response: ServerResponse;
  #signal: AbortSignal | null = null;

  constructor(request: FastifyRequest, response: ServerResponse) {
    this.headers = request.headers;
    this.ip = addressOf(request);
    this.rawBody = request.rawBody ?? nothing;
    this.#request = request;
    this.#response = response;
  }

  get signal(): AbortSignal {
    this.#signal ??= abortOnDeparture(this.#request, this.#response);
    return this.#signal;
  }
}

export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  return new RequestCaller(request, reply.raw);
}
