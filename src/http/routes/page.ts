import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { AssayError } from "../../core/problems/assayError.ts";
import type { PageFile, PageFiles } from "../page/pageFiles.ts";
import { type Route, route } from "./route.ts";

/** The page runs its own scripts and styles, asks nobody but this validator, and stands in no frame. */
export const pagePolicy = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:"],
  ...["worker-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"],
].join("; ");

const pageHeaders = { "content-security-policy": pagePolicy, "referrer-policy": "no-referrer" };

const missing = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Assay: the dashboard is not built</title>
<h1>The dashboard is not built</h1>
<p>The validator runs, but the files of its dashboard (dist/web) are missing. In its checkout, run <code>npm run web</code>, then restart the validator.</p>
<p>The same facts are JSON: <a href="v1/status">v1/status</a>, <a href="v1/miners">v1/miners</a>, <a href="openapi.json">openapi.json</a>.</p>
</html>
`;

const assetPath = Type.Object(
  { name: Type.String({ pattern: "^[A-Za-z0-9._-]{1,128}$" }) },
  { additionalProperties: false },
);

/** The dashboard; all of its URLs are relative, so that it works behind a path prefix. */
export function pageRoutes(files: PageFiles | null): Route[] {
  return [index(files), asset(files)];
}

function isHeld(request: FastifyRequest, { etag }: PageFile): boolean {
  const tags = (request.headers["if-none-match"] ?? "")
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

/** Whether the client takes an encoding; one that it names with q=0 it refuses. */
function takes(request: FastifyRequest, encoding: string): boolean {
  const accepted = String(request.headers["accept-encoding"] ?? "").split(",");
  return accepted.some((entry) => {
    const [name = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: PageFile, caching: string): unknown {
  const headers = { ...pageHeaders, etag: file.etag, vary: "Accept-Encoding", "cache-control": caching };
  reply.headers(headers);
  if (isHeld(request, file)) return reply.code(304).send();
  reply.type(file.mediaType);
  if (takes(request, "br")) return reply.header("content-encoding", "br").send(file.br);
  if (takes(request, "gzip")) return reply.header("content-encoding", "gzip").send(file.gzip);
  return reply.send(file.plain);
}

function index(files: PageFiles | null): Route {
  return route({
    method: "GET",
    url: "/",
    operation: {
      id: "dashboard",
      tag: "operation",
      summary: "The dashboard",
      description:
        "The page that shows what the public routes say, and to operators who log in what theirs say. 404 with a page that says how to build it, where it was not built.",
      answers: {
        200: { description: "The page", mediaType: "text/html", schema: Type.String() },
        304: { description: "The page that the client has" },
      },
      problems: [],
    },
    serve: (request, reply) => {
      if (files !== null) return sendFile(request, reply, files.index, "no-cache");
      return reply.code(404).headers(pageHeaders).type("text/html; charset=utf-8").send(missing);
    },
  });
}

function asset(files: PageFiles | null): Route {
  return route({
    method: "GET",
    url: "/assets/:name",
    schema: { params: assetPath },
    operation: {
      id: "dashboardFile",
      tag: "operation",
      summary: "A file of the dashboard",
      description: "A script or a style sheet; its name changes with its content.",
      answers: {
        200: { description: "The file", mediaType: "text/javascript", schema: Type.String() },
        304: { description: "The file that the client has" },
      },
      problems: ["asset_not_found"],
    },
    serve: (request, reply) => {
      const file = files?.assets.get(request.params.name);
      if (file === undefined) throw new AssayError({ code: "asset_not_found", name: request.params.name });
      return sendFile(request, reply, file, "public, max-age=31536000, immutable");
    },
  });
}
