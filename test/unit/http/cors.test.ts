import assert from "node:assert/strict";
import { test } from "node:test";
import { hotkey, operatorToken, post, serve, submission } from "../../support/http/server.ts";

const page = "https://check.example";
const preflightOf = (url: string, method: string, origin = page) =>
  fetch(url, { method: "OPTIONS", headers: { origin, "access-control-request-method": method } });
const corsHeadersOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"));

test("OPTIONS says which methods a path takes, and nothing about other origins by default", async (t) => {
  const { url } = await serve(t);
  const cases = [
    ["/v1/status", "GET, HEAD, OPTIONS"],
    ["/v1/submissions", "POST, OPTIONS"],
    ["/v1/admin/skiplist", "GET, HEAD, POST, OPTIONS"],
    [`/v1/admin/skiplist/${hotkey}`, "DELETE, OPTIONS"],
  ];
  for (const [path, allow] of cases) {
    const answer = await preflightOf(url + path, "GET");
    assert.deepEqual([answer.status, answer.headers.get("allow")], [204, allow], path);
    assert.deepEqual(corsHeadersOf(answer), {}, path);
  }
  assert.deepEqual(corsHeadersOf(await fetch(`${url}/v1/status`, { headers: { origin: page } })), {});
  assert.equal((await fetch(`${url}/v1/nothing`, { method: "OPTIONS" })).status, 404);
});

test("a page of a listed origin may call public and signed routes, and read their refusals", async (t) => {
  const { url } = await serve(t, {}, { corsOrigins: [page, "http://localhost:5173"] });
  const preflight = await preflightOf(`${url}/v1/challenges`, "GET");
  assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-origin")], [204, page]);
  assert.equal(preflight.headers.get("access-control-allow-methods"), "GET, HEAD");
  const allowed = (preflight.headers.get("access-control-allow-headers") ?? "").toLowerCase().split(", ");
  for (const name of ["content-type", "epistula-uuid", "epistula-request-signature", "assay-session"])
    assert.ok(allowed.includes(name), name);
  assert.equal(preflight.headers.get("access-control-allow-credentials"), null);
  for (const path of ["/v1/status", "/v1/weights/latest", "/v1/challenges?limit=0", "/v1/receipts/x"]) {
    const answer = await fetch(url + path, { headers: { origin: page } });
    assert.equal(answer.headers.get("access-control-allow-origin"), page, path);
    assert.match(answer.headers.get("access-control-expose-headers") ?? "", /Retry-After/);
    assert.equal(answer.headers.get("vary"), "Origin");
  }
  const sent = await post(url, "/v1/submissions", submission, { origin: page });
  assert.deepEqual([sent.status, sent.headers.get("access-control-allow-origin")], [202, page]);
});

test("pages of other origins, other methods and the operator's routes get no permission", async (t) => {
  const { url } = await serve(t, {}, { corsOrigins: [page] });
  for (const origin of ["https://evil.example", "http://check.example", `${page}:8443`, "null"]) {
    assert.deepEqual(corsHeadersOf(await preflightOf(`${url}/v1/status`, "GET", origin)), {}, origin);
    const answer = await fetch(`${url}/v1/status`, { headers: { origin } });
    assert.deepEqual(corsHeadersOf(answer), { vary: "Origin" }, origin);
  }
  assert.deepEqual(corsHeadersOf(await preflightOf(`${url}/v1/status`, "DELETE")), {});
  const authorization = `Bearer ${operatorToken}`;
  for (const [path, method] of [
    ["/v1/admin/skiplist", "GET"],
    ["/v1/admin/skiplist", "POST"],
    [`/v1/admin/skiplist/${hotkey}`, "DELETE"],
    ["/v1/jobs", "POST"],
  ] as const) {
    assert.deepEqual(corsHeadersOf(await preflightOf(url + path, method)), {}, path);
    if (method !== "GET") continue;
    const answer = await fetch(url + path, { headers: { origin: page, authorization } });
    assert.deepEqual([answer.status, corsHeadersOf(answer)], [200, {}]);
  }
});

test("the origin * is every origin", async (t) => {
  const { url } = await serve(t, {}, { corsOrigins: ["*"] });
  const answer = await fetch(`${url}/v1/status`, { headers: { origin: "https://any.example" } });
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  const preflight = await preflightOf(`${url}/v1/submissions`, "POST", "null");
  assert.equal(preflight.headers.get("access-control-allow-methods"), "POST");
});

test("an empty body with a content type is an empty body", async (t) => {
  const { url } = await serve(t);
  const headers = { authorization: `Bearer ${operatorToken}`, "content-type": "text/plain;charset=UTF-8" };
  const path = `/v1/admin/skiplist/${hotkey}`;
  for (const body of [undefined, ""])
    assert.equal(
      (await fetch(url + path, { method: "DELETE", headers, ...(body === undefined ? {} : { body }) }))
        .status,
      200,
    );
  assert.equal((await fetch(url + path, { method: "DELETE", headers, body: "x" })).status, 415);
  assert.equal((await fetch(`${url}/v1/status`, { headers: { "content-type": "nonsense" } })).status, 200);
});
