import assert from "node:assert/strict";
import { test } from "node:test";
import { methodIndex } from "../../../src/http/routes/all.ts";
import { hotkey, operatorToken, problemIn, serve } from "../../support/http/server.ts";

test("methodIndex tells the methods of a path, and none where nothing is served", () => {
  const methodsOf = methodIndex([
    { method: "GET", url: "/v1/miners/:hotkey" },
    { method: "DELETE", url: "/v1/miners/:hotkey" },
    { method: "GET", url: "/v1/miners/latest" },
    { method: "POST", url: "/v1/jobs" },
  ]);
  assert.deepEqual(methodsOf("/v1/miners/abc"), ["GET", "HEAD", "DELETE"]);
  assert.deepEqual(methodsOf("/v1/miners/latest?x=/v1/jobs"), ["GET", "HEAD", "DELETE"]);
  assert.deepEqual(methodsOf("/v1/jobs"), ["POST"]);
  for (const url of ["/v1/miners/", "/v1/miners", "/v1/miners/a/b", "/v1/jobs/", "", "*", "/:hotkey"])
    assert.deepEqual(methodsOf(url), [], url);
});

test("an unknown route is 404 route_not_found, whatever the method and the body", async (t) => {
  const { url } = await serve(t);
  for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"]) {
    const body = method === "POST" ? { body: "not json", headers: { "content-type": "text/plain" } } : {};
    const answer = await fetch(`${url}/v1/nothing?secret=1`, { method, ...body });
    assert.equal(answer.status, 404, method);
    const problem = await problemIn(answer);
    assert.equal(problem.code, "route_not_found");
    assert.equal(problem.path, "/v1/nothing", "a query is not echoed");
  }
  const head = await fetch(`${url}/v1/nothing`, { method: "HEAD" });
  assert.equal(head.status, 404);
  // Metrics count single draws: they have a listener of their own.
  assert.equal((await problemIn(await fetch(`${url}/metrics`))).code, "route_not_found");
});

test("a wrong method is 405 with Allow on every route", async (t) => {
  const { url } = await serve(t);
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const entries = Object.entries(document.paths);
  assert.ok(entries.length >= 18);
  for (const [path, item] of entries) {
    const served = Object.keys(item).map((method) => method.toUpperCase());
    const allow = served.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      if (served.includes(method)) continue;
      const answer = await fetch(url + path.replace(/\{\w+\}/, "7"), { method });
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.deepEqual(answer.headers.get("allow")?.split(", ").sort(), [...allow].sort(), path);
      assert.equal((await problemIn(answer)).code, "method_not_allowed");
    }
  }
});

test("HEAD answers as GET does, without its body", async (t) => {
  const { url } = await serve(t);
  for (const path of ["/healthz", "/readyz", "/v1/status", "/v1/keys", "/openapi.json", "/v1/challenges/x"]) {
    const get = await fetch(url + path);
    const head = await fetch(url + path, { method: "HEAD" });
    assert.equal(head.status, get.status);
    assert.equal(head.headers.get("content-type"), get.headers.get("content-type"));
    assert.equal(head.headers.get("content-length"), `${Buffer.byteLength(await get.text())}`, path);
    assert.equal(await head.text(), "");
  }
});

test("a query names its fault: unknown, repeated, out of bounds, not an integer", async (t) => {
  const { url } = await serve(t);
  const faults: Record<string, string> = {
    "/v1/challenges?tier=x": "tier",
    "/v1/challenges?tier=0": "tier",
    "/v1/challenges?tier=1&tier=2": "tier",
    "/v1/challenges?tier=1e3": "tier",
    "/v1/challenges?offset=-1": "offset",
    "/v1/challenges?offset=4294967296": "offset",
    "/v1/challenges?limit=0": "limit",
    "/v1/challenges?limit=501": "limit",
    "/v1/challenges?limit=": "limit",
    "/v1/challenges?page=2": "page",
    "/v1/challenges?__proto__=2": "__proto__",
    "/v1/challenges/x?seq=1.0": "seq",
    "/v1/miners?limit=501": "limit",
    "/v1/miners?after=x": "after",
    "/v1/miners/not-a-hotkey": "hotkey",
    "/v1/miners/not-a-hotkey/strikes": "hotkey",
    [`/v1/miners/${hotkey.slice(0, -1)}9`]: "hotkey",
    "/v1/weights/-1": "epoch",
    "/v1/weights/1.5": "epoch",
    "/v1/sampling/0x10": "epoch",
    "/v1/audit/1000000000000000": "epoch",
  };
  for (const [path, field] of Object.entries(faults)) {
    const answer = await fetch(url + path);
    assert.equal(answer.status, 422, path);
    const problem = await problemIn(answer);
    assert.equal(problem.code, "invalid_request", path);
    assert.equal(problem.field, field, path);
  }
});

test("queries at their bounds pass, and reach the handler as numbers with their defaults", async (t) => {
  const seen: unknown[] = [];
  const { url } = await serve(t, {
    listChallenges: async (_caller, query) => {
      seen.push(query);
      return { epoch: 1, lane: "sat", tier: 1, items: [], next_offset: null };
    },
    miners: async (query) => {
      seen.push(query);
      return { items: [], next_after: null };
    },
  });
  for (const path of [
    "/v1/challenges",
    "/v1/challenges?lane=x&tier=999999&offset=4294967295&limit=500",
    "/v1/miners",
    `/v1/miners?after=${hotkey}&limit=1`,
  ])
    assert.equal((await fetch(url + path)).status, 200, path);
  assert.deepEqual(seen, [
    { lane: "sat", tier: 1, offset: 0, limit: 50 },
    { lane: "x", tier: 999_999, offset: 4_294_967_295, limit: 500 },
    { after: null, limit: 100 },
    { after: hotkey, limit: 1 },
  ]);
});

test("the administration wants the operator's token, before it reads anything", async (t) => {
  const { url } = await serve(t);
  const paths = [
    ["GET", "/v1/admin/skiplist"],
    ["HEAD", "/v1/admin/skiplist"],
    ["POST", "/v1/admin/skiplist"],
    ["DELETE", "/v1/admin/skiplist/x"],
  ] as const;
  for (const [method, path] of paths) {
    for (const authorization of ["", "Bearer", "Bearer wrong", `Basic ${operatorToken}`, operatorToken]) {
      const answer = await fetch(url + path, { method, headers: authorization ? { authorization } : {} });
      assert.equal(answer.status, 401, `${method} ${authorization}`);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
      if (method !== "HEAD") assert.equal((await problemIn(answer)).code, "unauthorized");
    }
  }
  const headers = { authorization: `bearer  ${operatorToken}` };
  assert.equal((await fetch(`${url}/v1/admin/skiplist`, { headers })).status, 200);
});

test("a path that is not UTF-8 is malformed, one that is too long leads nowhere", async (t) => {
  const { url } = await serve(t);
  assert.equal((await problemIn(await fetch(`${url}/v1/challenges/%E0%A4%A`))).code, "malformed_request");
  assert.equal((await problemIn(await fetch(`${url}/%`))).code, "malformed_request");
  assert.equal((await fetch(`${url}/v1/challenges/${"a".repeat(512)}`)).status, 200);
  const long = await problemIn(await fetch(`${url}/v1/challenges/${"a".repeat(513)}`));
  assert.equal(long.code, "route_not_found");
  assert.equal(String(long.path).length, 200, "what is echoed is bounded");
});

test("the app answers injected requests as it answers sockets", async (t) => {
  const { app } = await serve(t);
  const status = await app.inject({ method: "GET", url: "/v1/status" });
  assert.equal(status.statusCode, 200);
  const refused = await app.inject({ method: "POST", url: "/v1/submissions", payload: { solution: "x" } });
  assert.equal(refused.statusCode, 422);
  assert.equal(refused.headers["content-type"], "application/problem+json");
  assert.equal((await app.inject({ method: "PUT", url: "/v1/status" })).statusCode, 405);
});
