import type { FastifyRequest } from "fastify";
import type { Problem } from "../../core/problems/problem.ts";
import type { Handlers } from "../handlers.ts";
import { sessionIdOf } from "./cookie.ts";

const bearer = /^Bearer +(\S+)$/i;

/** The token of a request, or null. */
export const bearerOf = ({ headers }: FastifyRequest): string | null =>
  bearer.exec(headers.authorization ?? "")?.[1] ?? null;

const safeMethods = new Set(["GET", "HEAD"]);

/**
 * Whether a request that changes something comes from the dashboard's own page. A browser says where a request comes from in headers
 * that no page can set: `Sec-Fetch-Site`, or over plain http `Origin`. The header of the page's own makes a browser ask first.
 */
function isOfDashboard({ headers, host }: FastifyRequest): boolean {
  if (headers["assay-requested-with"] !== "dashboard") return false;
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  const { origin } = headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

/** Why the session of a request's cookie may not use a route of the operator, or null. */
export function sessionRefusal(
  request: FastifyRequest,
  handlers: Pick<Handlers, "operatorSessionEnd">,
): Problem | null {
  const id = sessionIdOf(request.headers.cookie);
  if (id === null || handlers.operatorSessionEnd(id) === null) return { code: "unauthorized" };
  if (safeMethods.has(request.method) || isOfDashboard(request)) return null;
  return { code: "cross_origin" };
}
