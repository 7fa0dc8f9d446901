import type { FastifyReply, FastifyRequest } from "fastify";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Route } from "./route.ts";

/** Makes a stream of a connection, or throws the refusal. */
export interface StreamServing {
  serve(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** The push lane's stream; `streams` is null where no jobs are handed out. */
export function streamRoute(streams: () => StreamServing | null): Route {
  return {
    method: "GET",
    url: "/v1/stream",
    operation: {
      id: "stream",
      tag: "mining",
      summary: "Open a stream",
      description:
        "A WebSocket on which the miner receives jobs and answers them. The miner sends hello first. There is one stream per hotkey: a new one replaces the old one.",
      signedBy: "miner",
      answers: {
        101: { description: "The connection is a WebSocket" },
        default: { description: "A refusal, as a problem document" },
      },
      problems: ["upgrade_required", "push_lane_off", "too_many_streams", "chain_unavailable"],
    },
    serve: (request, reply) => {
      const attached = streams();
      if (attached === null) throw new AssayError({ code: "push_lane_off" });
      return attached.serve(request, reply);
    },
  };
}
