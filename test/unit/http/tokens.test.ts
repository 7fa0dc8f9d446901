import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { TokenKind } from "../../../src/flow/caller.ts";
import { hotkey, operatorToken, problemIn, receipt, serve, submission } from "../../support/http/server.ts";

/** A server whose addresses have this many tokens in all, and what was taken. */
async function counting(t: TestContext, tokens: number) {
  const taken: [string, TokenKind][] = [];
  let served = 0;
  const { url } = await serve(t, {
    takeToken: (ip, kind) => {
      taken.push([ip, kind]);
      if (taken.length > tokens) throw new AssayError({ code: "ip_rate_limited", retry_after_s: 2 });
    },
    submit: async () => {
      served++;
      return { receipt, replay: false };
    },
  });
  return { url, taken, served: () => served };
}

const json = { "content-type": "application/json" };

test("every request takes one token of its address, by what it is for", async (t) => {
  const { url, taken } = await counting(t, 1000);
  const kinds: [string, TokenKind, RequestInit?][] = [
    ["/healthz", "probe"],
    ["/readyz", "probe"],
    ["/readyz", "probe", { method: "HEAD" }],
    ["/openapi.json", "public"],
    ["/v1/status", "public"],
    ["/v1/keys", "public"],
    ["/v1/miners", "public"],
    [`/v1/miners/${hotkey}`, "public"],
    [`/v1/miners/${hotkey}/strikes`, "public"],
    ["/v1/weights/latest", "public"],
    ["/v1/weights/3", "public"],
    ["/v1/sampling/3", "public"],
    ["/v1/audit/3", "public"],
    ["/v1/nothing", "public"],
    ["/v1/status", "public", { method: "DELETE" }],
    ["/v1/challenges", "signed"],
    ["/v1/stream", "signed"],
    ["/v1/submissions", "signed", { method: "POST", body: submission, headers: json }],
    ["/v1/submissions", "signed", { method: "POST", body: "{", headers: json }],
    ["/v1/admin/skiplist", "signed"],
    ["/v1/admin/skiplist", "signed", { headers: { authorization: "Bearer guess" } }],
  ];
  for (const [path, kind, init] of kinds) {
    taken.length = 0;
    await (await fetch(url + path, init)).text();
    assert.deepEqual(taken, [["127.0.0.1", kind]], `${init?.method ?? "GET"} ${path}`);
  }
});

test("the operator's own requests take none", async (t) => {
  const { url, taken } = await counting(t, 0);
  const headers = { authorization: `Bearer ${operatorToken}` };
  assert.equal((await fetch(`${url}/v1/admin/skiplist`, { headers })).status, 200);
  assert.deepEqual(taken, []);
});

test("without a token nothing is read, looked up or told", async (t) => {
  const { url, served } = await counting(t, 0);
  const requests: [string, RequestInit?][] = [
    ["/v1/submissions", { method: "POST", body: submission, headers: json }],
    ["/v1/submissions", { method: "POST", body: "{", headers: json }],
    ["/v1/submissions", { method: "POST", body: "x", headers: { "content-type": "text/plain" } }],
    ["/v1/nothing"],
    ["/v1/miners?limit=0"],
    ["/v1/admin/skiplist"],
    ["/v1/audit/3"],
  ];
  for (const [path, init] of requests) {
    const answer = await fetch(url + path, init);
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "2"], path);
    assert.equal((await problemIn(answer)).code, "ip_rate_limited");
  }
  assert.equal(served(), 0);
});
