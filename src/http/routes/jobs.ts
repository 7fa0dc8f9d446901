import { Type } from "typebox";
import { AssayError } from "../../core/problems/assayError.ts";
import { isJobId } from "../../flow/job.ts";
import type { Handlers } from "../handlers.ts";
import { type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

const strict = { additionalProperties: false } as const;

/** The digits of 2^256. The lane checks names and numbers further, with better messages. */
const digitsMax = 78;
/** The most inputs of a job, and the most numbers in one: what a circuit can be configured with. */
const inputsMax = 64;
const numbersMax = 999;
const number = Type.Union([
  Type.String({ minLength: 1, maxLength: digitsMax, description: "A number in decimal digits" }),
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
]);
const askedInput = Type.Record(
  Type.String(),
  Type.Union([number, Type.Array(number, { maxItems: numbersMax })]),
  { maxProperties: inputsMax, description: "The public inputs by name, each a number or a list of them" },
);

const jobBody = Type.Object(
  {
    lane: Type.String({ minLength: 1, maxLength: 64, description: "A push lane that /v1/status lists" }),
    kind: Type.String({
      minLength: 1,
      maxLength: 64,
      description: "A kind of work of the lane, such as a circuit",
    }),
    input: askedInput,
    client_key: Type.String({
      // Printable ASCII.
      pattern: "^[ -~]{1,128}$",
      description: "Your own name for the job: the same request under the same key is the same job",
    }),
  },
  strict,
);
const jobPath = Type.Object({ id: Type.String({ description: "A job id" }) }, strict);

/** The longest id that is echoed. */
const longestId = 64;

/** Jobs of the operator: submitting and following them. */
export function jobRoutes(handlers: Handlers): Route[] {
  return [putJob(handlers), job(handlers)];
}

function putJob(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/jobs",
    schema: { body: jobBody },
    operation: {
      id: "putJob",
      tag: "administration",
      summary: "Submit a job",
      description:
        "Customer jobs go to miners before benchmark jobs, and their answers are always verified. A 202 is durable before it is sent.",
      signedBy: "operator",
      answers: {
        202: {
          description: "Accepted",
          schema: schemas.job,
          headers: { Location: "Path of the job" },
        },
        200: {
          description: "Accepted before: the job in its current state",
          schema: schemas.job,
          headers: { Location: "Path of the job" },
        },
      },
      problems: [
        "push_lane_off",
        "lane_not_found",
        "lane_kind_not_found",
        "job_conflict",
        "job_queue_full",
        "store_unavailable",
      ],
    },
    serve: async (request, reply) => {
      const { job, replay } = await handlers.putJob(request.body);
      reply.code(replay ? 200 : 202).header("location", `/v1/jobs/${job.job_id}`);
      return job;
    },
  });
}

function job(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/jobs/:id",
    schema: { params: jobPath },
    operation: {
      id: "job",
      tag: "administration",
      summary: "Follow a job",
      description: "The current state: queued, done with the verified answer, or failed with the reason.",
      signedBy: "operator",
      answers: { 200: { description: "The job", schema: schemas.job } },
      problems: ["job_not_found", "store_unavailable"],
    },
    serve: ({ params: { id } }) => {
      if (!isJobId(id)) throw new AssayError({ code: "job_not_found", job_id: id.slice(0, longestId) });
      return handlers.job(id);
    },
  });
}
