import type { FastifyRequest } from "fastify";
import { sessionMs } from "./operatorSessions.ts";

export const cookieName = "assay_session";

/** The session that a request's cookie names, or null. */
export function sessionIdOf(cookies: string | undefined): string | null {
  for (const pair of (cookies ?? "").split(";")) {
    const [name = "", value = ""] = pair.trim().split("=", 2);
    if (name === cookieName && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return null;
}

/** Whether the browser reached the page by https: the proxy that is trusted says so, or the page itself. */
const isSecure = ({ protocol, headers }: FastifyRequest): boolean =>
  protocol === "https" || (headers.origin ?? "").startsWith("https://");

const attributes = (request: FastifyRequest, path: string): string =>
  `Path=${path}; HttpOnly; SameSite=Strict${isSecure(request) ? "; Secure" : ""}`;

/** `path`: where the browser sees the page. */
export const openingCookie = (request: FastifyRequest, path: string, id: string): string =>
  `${cookieName}=${id}; Max-Age=${sessionMs / 1000}; ${attributes(request, path)}`;

export const endingCookie = (request: FastifyRequest, path: string): string =>
  `${cookieName}=; Max-Age=0; ${attributes(request, path)}`;
