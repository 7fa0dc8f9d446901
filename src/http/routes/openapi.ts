import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { Type } from "typebox";
import type { Problem, ProblemCode } from "../../core/problems/problem.ts";
import { problemTable } from "../../core/problems/table.ts";
import { problemMediaType } from "../problem/document.ts";
import { problemsOf } from "../problem/ofRoute.ts";
import type { AnswerShape, Operation, RequestSchema } from "./route.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

const signedHeaders = Type.Object({
  "Epistula-Version": Type.Literal("2"),
  "Epistula-Timestamp": Type.String({ pattern: "^\\d{1,15}$", description: "Unix time in milliseconds" }),
  "Epistula-Uuid": Type.String({ description: "A fresh UUID" }),
  "Epistula-Signed-By": Type.String({ description: "The miner's hotkey" }),
  "Epistula-Signed-For": Type.String({ description: "The validator's hotkey, as /v1/status states it" }),
  "Epistula-Request-Signature": Type.String({
    pattern: "^0x[0-9a-fA-F]{128}$",
    description:
      "Made by the hotkey (sr25519) or the session's key (Ed25519) over {sha256hex(body)}.{uuid}.{timestamp}.{signed_for}",
  }),
  "Assay-Session": Type.Optional(Type.String({ description: "Id of the session whose key signed" })),
});

const tags: readonly [Operation["tag"], string][] = [
  ["operation", "Whether the validator works, and what it is"],
  ["mining", "For miners, who sign their requests"],
  ["public record", "What the validator publishes, for everybody"],
  ["jobs", "For customers, and for the operator"],
  ["administration", "For the operator"],
];

const securitySchemes = {
  operatorToken: { type: "http", scheme: "bearer", description: "The token in admin.token_file" },
  operatorSession: {
    type: "apiKey",
    in: "cookie",
    name: "assay_session",
    description: "The dashboard's log-in, which POST /v1/admin/session opens",
  },
  customerToken: {
    type: "http",
    scheme: "bearer",
    description: "A token that the operator made for a customer",
  },
  hotkeySignature: {
    type: "apiKey",
    in: "header",
    name: "Epistula-Request-Signature",
    description: "Epistula version 2: this header with the other Epistula headers of the operation",
  },
  session: {
    type: "apiKey",
    in: "header",
    name: "Assay-Session",
    description: "With it, the signature is by the key of a session that POST /v1/sessions opened",
  },
} as const;

/** The codes that have an HTTP status. */
export const httpCodes = (Object.keys(problemTable) as ProblemCode[]).filter(
  (code) => problemTable[code].status !== null,
);

const problemSchema = {
  type: "object",
  description: "RFC 9457 problem details; members beyond these are the problem's own data.",
  required: ["type", "title", "status", "detail", "code", "blame"],
  properties: {
    type: { type: "string", description: "urn:assay:problem: followed by the code" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "What happened, why, and what to do" },
    code: { type: "string", enum: httpCodes },
    blame: { type: "string", enum: ["miner", "operator", "validator", "none"] },
    reason: {
      type: "string",
      enum: ["saturation", "abuse", "backpressure", "outage"],
      description: "Why to retry later; present together with Retry-After",
    },
    field: { type: "string", description: "JSON pointer into the body, or the name of a parameter" },
    retry_after_s: { type: "number" },
    until_block: { type: "integer" },
  },
} as const;

function answerOf(shape: AnswerShape): object {
  const { description, mediaType = "application/json", schema, headers = {} } = shape;
  const described = Object.entries(headers).map(([name, text]) => [
    name,
    { type: "string", description: text },
  ]);
  return {
    description,
    ...(described.length === 0 ? {} : { headers: Object.fromEntries(described) }),
    ...(schema === undefined ? { type: "null" } : { content: { [mediaType]: { schema } } }),
  };
}

/** A session's key signs everything but the request that opens a session. */
function securityOf({ id, signedBy }: Operation): Record<string, string[]>[] {
  if (signedBy === "operator") return [{ operatorToken: [] }, { operatorSession: [] }];
  if (signedBy === "customer") return [{ operatorToken: [] }, { operatorSession: [] }, { customerToken: [] }];
  if (signedBy === undefined) return [];
  const hotkey = { hotkeySignature: [] };
  return id === "openSession" ? [hotkey] : [hotkey, { hotkeySignature: [], session: [] }];
}

function operationSchema(
  operation: Operation,
  schema: RequestSchema,
  readsBody: boolean,
): Record<string, unknown> {
  const { id, tag, summary, description, signedBy, answers } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    ...schema,
    ...(signedBy === "miner" && { headers: signedHeaders }),
    // Given as `security`, it would remove the headers that it names from the parameters.
    "x-security": securityOf(operation),
    response: Object.fromEntries(Object.entries(answers).map(([code, shape]) => [code, answerOf(shape)])),
    "x-problem-codes": problemsOf(operation, schema, readsBody),
  };
}

interface Documented {
  "x-security"?: Record<string, string[]>[];
  security?: Record<string, string[]>[];
  "x-problem-codes"?: readonly Problem["code"][];
  responses: Record<string, unknown>;
}

function problemResponse(status: number, codes: readonly ProblemCode[]): object {
  const retry = status === 429 || status === 503;
  const header = { description: "Seconds", schema: { type: "integer", minimum: 1 } };
  return {
    description: codes.join(", "),
    ...(retry ? { headers: { "Retry-After": header } } : {}),
    content: { [problemMediaType]: { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

function addSecurity(operation: Documented): void {
  operation.security = operation["x-security"] ?? [];
  delete operation["x-security"];
}

function addProblems(operation: Documented): void {
  const byStatus = Map.groupBy(operation["x-problem-codes"] ?? [], (code) => problemTable[code].status ?? 0);
  for (const status of [...byStatus.keys()].sort((a, b) => a - b)) {
    operation.responses[status] = problemResponse(status, byStatus.get(status) ?? []);
  }
}

function withProblems(document: object): object {
  const { paths, components } = document as {
    paths: Record<string, Record<string, Documented>>;
    components: { schemas: Record<string, object> };
  };
  for (const item of Object.values(paths))
    for (const operation of Object.values(item)) {
      addProblems(operation);
      addSecurity(operation);
    }
  components.schemas.Problem = problemSchema;
  return document;
}

/** Options of @fastify/swagger, which makes the document from the operations of the routes. */
export function openapiOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    mode: "dynamic",
    convertConstToEnum: false,
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Assay",
        version,
        description:
          "A validator for networks of untrusted workers. Every error is application/problem+json.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/", description: "This validator" }],
      tags: tags.map(([name, description]) => ({ name, description })),
      components: { securitySchemes },
    },
    transform: ({ schema, url, route }) => {
      const { operation } = route.config ?? {};
      const parts = (schema ?? {}) as RequestSchema;
      const described = operation && operationSchema(operation, parts, route.method !== "GET");
      return { url, schema: described ?? { hide: true } };
    },
    transformObject: (made) => withProblems("openapiObject" in made ? made.openapiObject : {}),
  };
}
