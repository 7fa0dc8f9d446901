import type { FastifyReply, FastifyRequest } from "fastify";
import type { Metrics } from "../core/metrics.ts";
import type { Problem } from "../core/problems/problem.ts";

/** A request of the submit path takes about a millisecond; the worst legal one 5 s. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const knownMethods = new Set(["GET", "HEAD", "POST", "DELETE", "OPTIONS"]);

export interface HttpMeasures {
  answered(request: FastifyRequest, reply: FastifyReply): void;
  /** `route`: of the request; left out where there is none. */
  refused(problem: Problem, route?: string): void;
}

/** Counts and times answers by route, never by client. */
export function makeHttpMeasures(metrics: Metrics): HttpMeasures {
  const requests = metrics.counter("assay_http_requests_total", "Answered requests", [
    "route",
    "method",
    "status",
  ]);
  const seconds = metrics.histogram(
    "assay_http_request_seconds",
    "Time from headers read to answer sent",
    ["route"],
    buckets,
  );
  const problems = metrics.counter("assay_http_problems_total", "Refusals and failures sent to clients", [
    "code",
  ]);
  const submissions = metrics.counter(
    "assay_submissions_refused_total",
    "Requests to submit that were refused, whatever refused them",
    ["code"],
  );
  return {
    answered: (request, reply) => {
      const route = request.routeOptions.url ?? "none";
      const method = knownMethods.has(request.method) ? request.method : "other";
      requests.add({ route, method, status: `${reply.statusCode}` });
      seconds.observe(reply.elapsedTime / 1000, { route });
    },
    refused: ({ code }, route) => {
      problems.add({ code });
      if (route === "/v1/submissions") submissions.add({ code });
    },
  };
}
