import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { problemTable } from "../../../src/core/problems/table.ts";
import {
  hotkey,
  job,
  jobRequest,
  operatorToken,
  post,
  receipt,
  type Served,
  serve,
  submission,
} from "../../support/http/server.ts";

interface Media {
  schema: TSchema;
}
interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  security?: object[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media>; headers?: Record<string, object> }>;
  "x-problem-codes": (keyof typeof problemTable)[];
}
interface Document {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: { Problem: TSchema } };
}

const documentOf = async ({ url }: Served) => (await (await fetch(`${url}/openapi.json`)).json()) as Document;
const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );

test("the document is valid OpenAPI 3.1 and holds every route", async (t) => {
  const document = await documentOf(await serve(t));
  const result = await new Validator().validate({ ...document });
  assert.deepEqual(result.errors ?? [], []);
  assert.equal(result.valid, true);
  assert.equal(document.openapi, "3.1.0");
  assert.equal(document.info.version, "0.0.1");
  assert.deepEqual(
    operationsOf(document)
      .map(({ name }) => name)
      .sort(),
    [
      "delete /v1/admin/drain",
      "delete /v1/admin/session",
      "delete /v1/admin/skiplist/{hotkey}",
      "delete /v1/admin/tokens/{id}",
      "delete /v1/jobs/{id}",
      "get /",
      "get /assets/{name}",
      "get /healthz",
      "get /openapi.json",
      "get /readyz",
      "get /v1/admin/chain",
      "get /v1/admin/clock",
      "get /v1/admin/config",
      "get /v1/admin/dispatch",
      "get /v1/admin/drain",
      "get /v1/admin/nodes",
      "get /v1/admin/receipts/{id}",
      "get /v1/admin/session",
      "get /v1/admin/skiplist",
      "get /v1/admin/system",
      "get /v1/admin/tokens",
      "get /v1/audit/{epoch}",
      "get /v1/challenges",
      "get /v1/challenges/{id}",
      "get /v1/circuits",
      "get /v1/events",
      "get /v1/history",
      "get /v1/jobs",
      "get /v1/jobs/{id}",
      "get /v1/keys",
      "get /v1/miners",
      "get /v1/miners/{hotkey}",
      "get /v1/miners/{hotkey}/details",
      "get /v1/miners/{hotkey}/strikes",
      "get /v1/overview",
      "get /v1/receipts/{id}",
      "get /v1/sampling",
      "get /v1/sampling/{epoch}",
      "get /v1/status",
      "get /v1/stream",
      "get /v1/strikes",
      "get /v1/weights",
      "get /v1/weights/latest",
      "get /v1/weights/{epoch}",
      "post /v1/admin/chain/resume",
      "post /v1/admin/clock",
      "post /v1/admin/drain",
      "post /v1/admin/nodes",
      "post /v1/admin/session",
      "post /v1/admin/skiplist",
      "post /v1/admin/tokens",
      "post /v1/jobs",
      "post /v1/sessions",
      "post /v1/submissions",
    ],
  );
});

test("every operation says what it is, whom it asks who they are, and what it can refuse with", async (t) => {
  const document = await documentOf(await serve(t));
  const ids = operationsOf(document).map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  const signed = /v1\/(challenges|submissions|sessions|receipts|stream)/;
  const securityOf = (name: string): object[] => {
    if (name.includes("/jobs"))
      return [{ operatorToken: [] }, { operatorSession: [] }, { customerToken: [] }];
    if (name.includes("/admin")) return [{ operatorToken: [] }, { operatorSession: [] }];
    const signatures = [{ hotkeySignature: [] }, { hotkeySignature: [], session: [] }];
    return signed.test(name) ? signatures.slice(0, name.includes("sessions") ? 1 : 2) : [];
  };
  for (const { name, operation } of operationsOf(document)) {
    assert.ok(operation.summary && operation.description, name);
    const headers = (operation.parameters ?? []).filter((parameter) => parameter.in === "header");
    assert.equal(headers.length, signed.test(name) ? 7 : 0, name);
    assert.deepEqual(operation.security ?? [], securityOf(name), name);
    const codes = operation["x-problem-codes"];
    assert.equal(new Set(codes).size, codes.length);
    const byStatus = new Map<string, string[]>();
    for (const code of codes) {
      const { status } = problemTable[code];
      assert.ok(status !== null, code);
      byStatus.set(`${status}`, [...(byStatus.get(`${status}`) ?? []), code]);
    }
    const refusals = Object.keys(operation.responses).filter((status) => Number(status) >= 400);
    assert.deepEqual(refusals.sort(), [...byStatus.keys()].sort(), name);
    for (const status of refusals) {
      const { content, headers: sent = {} } = operation.responses[status] ?? {};
      assert.deepEqual(Object.keys(content ?? {}), ["application/problem+json"], name);
      assert.equal("Retry-After" in sent, status === "429" || status === "503", `${name} ${status}`);
    }
  }
});

test("what the routes answer is what the document says they answer", async (t) => {
  const served = await serve(t, {
    auditLog: async function* () {
      yield "{}\n";
    },
  });
  const document = await documentOf(served);
  const authorization = `Bearer ${operatorToken}`;
  const suspension = JSON.stringify({ hotkey, tempos: 1, reason: "x" });
  const key = JSON.stringify({ ed25519_public_key: "00".repeat(32) });
  const bodies: Record<string, string> = {
    "post /v1/submissions": submission,
    "post /v1/sessions": key,
    "post /v1/admin/skiplist": suspension,
    "post /v1/admin/drain": JSON.stringify({ reason: "an upgrade" }),
    "post /v1/admin/nodes": JSON.stringify({ node: "api-1", order: "drain" }),
    "post /v1/admin/chain/resume": JSON.stringify({ reason: "it was us" }),
    "post /v1/admin/clock": JSON.stringify({ accept: true, reason: "right" }),
    "post /v1/jobs": jobRequest,
    "post /v1/admin/tokens": JSON.stringify({ name: "Ada" }),
  };
  // What becomes of a stream is said in frames, or in events: the tests of streams open some.
  const plain = operationsOf(document).filter(({ name }) => !/\/(stream|events)$/.test(name));
  for (const { name, operation } of plain) {
    const [method = "", path = ""] = name.split(" ");
    const named = path
      .replace("{id}", path.includes("jobs") ? job.job_id : receipt.receipt_id)
      .replace("{hotkey}", hotkey)
      .replace("{epoch}", "3")
      .replace("{name}", "main-ABCDEFGH.js");
    const body = bodies[name];
    const answer =
      body === undefined
        ? await fetch(served.url + named, { method: method.toUpperCase(), headers: { authorization } })
        : await post(served.url, named, body, { authorization });
    const described = operation.responses[`${answer.status}`];
    assert.ok(described && answer.status < 300, `${name} answered ${answer.status}`);
    if (answer.status === 204) {
      assert.equal(described.content, undefined, name);
      continue;
    }
    const [[mediaType = "", { schema }] = assert.fail(name)] = Object.entries(described.content ?? {});
    assert.ok(answer.headers.get("content-type")?.startsWith(mediaType), name);
    const value: unknown = mediaType === "application/json" ? await answer.json() : await answer.text();
    assert.deepEqual(Compile(schema).Errors(value), [], name);
  }
});

test("a problem document matches the Problem schema", async (t) => {
  const served = await serve(t);
  const { Problem } = (await documentOf(served)).components.schemas;
  const check = Compile(Problem);
  for (const path of ["/nope", "/v1/challenges?x=1", "/v1/admin/skiplist"]) {
    assert.deepEqual(check.Errors(await (await fetch(served.url + path)).json()), [], path);
  }
  assert.equal(check.Check({ type: "x" }), false);
});

test("the schemas that check requests are those of the document", async (t) => {
  const document = await documentOf(await serve(t));
  const body = document.paths["/v1/submissions"]?.post?.requestBody?.content["application/json"]?.schema;
  assert.ok(body);
  const check = Compile(body);
  assert.equal(check.Check(JSON.parse(submission)), true);
  assert.equal(check.Check({ challenge_id: "x", solution: "x", extra: 1 }), false);
  const page = document.paths["/v1/challenges"]?.get?.parameters ?? [];
  const query = page.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  assert.deepEqual(query, ["lane", "tier", "offset", "limit"]);
  const path = document.paths["/v1/weights/{epoch}"]?.get?.parameters ?? [];
  assert.deepEqual(
    path.map(({ name, in: place, required }) => ({ name, place, required })),
    [
      { name: "with", place: "query", required: false },
      { name: "epoch", place: "path", required: true },
    ],
  );
});

test("every method but GET declares how a body is refused, also where the route takes none", async (t) => {
  const server = await serve(t);
  for (const { name, operation } of operationsOf(await documentOf(server))) {
    const codes = operation["x-problem-codes"];
    const declared = codes.includes("unsupported_media_type") && codes.includes("body_too_large");
    assert.equal(declared, !name.startsWith("get "), name);
  }
  const headers = { Authorization: `Bearer ${operatorToken}`, "Content-Type": "text/plain" };
  const answer = await fetch(`${server.url}/v1/jobs/${job.job_id}`, {
    ...{ method: "DELETE", headers, body: "x" },
  });
  assert.equal(answer.status, 415);
  assert.equal(((await answer.json()) as { code: string }).code, "unsupported_media_type");
});
