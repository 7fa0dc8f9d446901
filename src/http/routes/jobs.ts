import { Type } from "typebox";
import { AssayError } from "../../core/problems/assayError.ts";
import { isJobId } from "../../flow/job.ts";
import type { Handlers } from "../handlers.ts";
import { jobClientOf } from "../requests.ts";
import * as schemas from "./jobSchemas.ts";
import { type Route, route } from "./route.ts";

const strict = { additionalProperties: false } as const;

/** The digits of 2^256. The lane checks names and numbers further, with better messages. */
const digitsMax = 78;
/** The most inputs of a job, and the most numbers in one: what a circuit can be configured with. */
const inputsMax = 64;
const numbersMax = 999;
/** A week. */
const deadlineMax = 604_800;
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
    deadline_s: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: deadlineMax,
        description: "Seconds after which the job ends unanswered; a day unless configured otherwise",
      }),
    ),
  },
  strict,
);
const jobsQuery = Type.Object(
  {
    state: Type.Optional(schemas.jobState),
    after: Type.Optional(
      Type.String({ pattern: "^jb_[0-9a-f]{32}$", description: "The id of the last job of the page before" }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  strict,
);
const jobPath = Type.Object({ id: Type.String({ description: "A job id" }) }, strict);

/** The longest id that is echoed. */
const longestId = 64;

/** Jobs of the operator and of customers: submitting, listing, following and cancelling them. */
export function jobRoutes(handlers: Handlers): Route[] {
  return [putJob(handlers), jobs(handlers), job(handlers), cancelJob(handlers)];
}

function checkId(id: string): void {
  if (!isJobId(id)) throw new AssayError({ code: "job_not_found", job_id: id.slice(0, longestId) });
}

function putJob(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/jobs",
    schema: { body: jobBody },
    operation: {
      id: "putJob",
      tag: "jobs",
      summary: "Submit a job",
      description: "Customer jobs go to miners before benchmark jobs. A 202 is durable before it is sent.",
      signedBy: "customer",
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
        "draining",
        "store_unavailable",
      ],
    },
    serve: async (request, reply) => {
      const { job, replay } = await handlers.putJob(jobClientOf(request), request.body);
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
      tag: "jobs",
      summary: "Follow a job",
      description:
        "The current state: queued, done with the answer, failed with the reason, cancelled, or expired at its deadline. Customers see their own jobs only.",
      signedBy: "customer",
      answers: { 200: { description: "The job", schema: schemas.job } },
      problems: ["job_not_found", "store_unavailable"],
    },
    serve: (request) => {
      checkId(request.params.id);
      return handlers.job(jobClientOf(request), request.params.id);
    },
  });
}

function jobs(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/jobs",
    schema: { querystring: jobsQuery },
    operation: {
      id: "jobs",
      tag: "jobs",
      summary: "List jobs",
      description:
        "In the order in which they were put in, without inputs and answers. Customers see their own jobs only.",
      signedBy: "customer",
      answers: { 200: { description: "A page of jobs", schema: schemas.jobPage } },
      problems: ["job_not_found", "store_unavailable"],
    },
    serve: (request) => {
      const { state = null, after = null, limit = 100 } = request.query;
      return handlers.jobs(jobClientOf(request), { state, after, limit });
    },
  });
}

function cancelJob(handlers: Handlers): Route {
  return route({
    method: "DELETE",
    url: "/v1/jobs/:id",
    schema: { params: jobPath },
    operation: {
      id: "cancelJob",
      tag: "jobs",
      summary: "Cancel a job",
      description:
        "A queued job ends as cancelled; one that is cancelled already stays so. A miner that is working on it is not disturbed, and its answer is dropped.",
      signedBy: "customer",
      answers: { 200: { description: "The job", schema: schemas.job } },
      problems: ["job_not_found", "job_ended", "store_unavailable"],
    },
    serve: (request) => {
      checkId(request.params.id);
      return handlers.cancelJob(jobClientOf(request), request.params.id);
    },
  });
}
