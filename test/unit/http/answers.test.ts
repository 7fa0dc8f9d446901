import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log } from "../../../src/core/log.ts";
import { kindOf } from "../../../src/core/problems/assayError.ts";
import type { Problem } from "../../../src/core/problems/problem.ts";
import { problemTable } from "../../../src/core/problems/table.ts";
import { problemAnswer } from "../../../src/http/problem/document.ts";
import { matchesETag } from "../../../src/http/routes/challenges.ts";
import {
  dial,
  hotkey,
  post,
  problemIn,
  receipt,
  refusing,
  serve,
  submission,
} from "../../support/http/server.ts";
import { until } from "../../support/until.ts";

test("a new submission is 202 with its place, the same again 200 with the same receipt, whole", async (t) => {
  const signed = { ...receipt, verdict: { outcome: "valid" as const }, weight: 1.5 };
  const { url } = await serve(t, {
    submit: async (_caller, { seq }) => ({ receipt: signed, replay: seq === 2 }),
  });
  const first = await post(url, "/v1/submissions", submission);
  assert.equal(first.status, 202);
  assert.equal(first.headers.get("location"), `/v1/receipts/${receipt.receipt_id}`);
  assert.deepEqual(await first.json(), signed, "nothing of a signed document is dropped");
  const again = await post(url, "/v1/submissions", submission.replace("{", '{"seq":2,'));
  assert.equal(again.status, 200);
  assert.deepEqual(await again.json(), signed);
});

test("receipts are never cached, nothing is sniffed", async (t) => {
  const { url } = await serve(t);
  const answer = await fetch(`${url}/v1/receipts/${receipt.receipt_id}`);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
});

test("matchesETag reads lists, weak marks and the star", () => {
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '"b",W/"a" ', "*", " * "])
    assert.ok(matchesETag(header, "a"), header);
  for (const header of [undefined, "", "a", '"A"', '"ab"', '"b", "c"', '"*"'])
    assert.ok(!matchesETag(header, "a"), header);
});

test("a challenge is text with an ETag; If-None-Match answers 304 without it", async (t) => {
  const seen: (number | undefined)[] = [];
  const { url } = await serve(t, {
    challengeText: async (_caller, id, seq) => {
      seen.push(seq);
      return { text: `c ${id}\n`, etag: "abc" };
    },
  });
  const full = await fetch(`${url}/v1/challenges/pm-t1?seq=7`);
  assert.equal(full.status, 200);
  assert.equal(full.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(full.headers.get("etag"), '"abc"');
  assert.equal(full.headers.get("cache-control"), "private, no-cache");
  assert.equal(await full.text(), "c pm-t1\n");
  const same = await fetch(`${url}/v1/challenges/pm-t1`, { headers: { "if-none-match": '"abc"' } });
  assert.equal(same.status, 304);
  assert.equal(same.headers.get("etag"), '"abc"');
  assert.equal(await same.text(), "");
  const other = await fetch(`${url}/v1/challenges/pm-t1`, { headers: { "if-none-match": '"abd"' } });
  assert.equal(other.status, 200);
  assert.deepEqual(seen, [7, undefined, undefined]);
});

/** A problem with every datum that any code needs. */
function sample(code: Problem["code"]): Problem {
  const data = {
    ...{
      path: "/x",
      method: "PUT",
      allow: "GET",
      content_type: "x",
      limit: 1,
      field: "/x",
      expected: "be x",
    },
    ...{ limit_bytes: 1, limit_fields: 1, limit_ms: 1, header: "X", age_ms: 1, window_ms: 1, ahead_ms: 1 },
    ...{ signed_for: "x", validator: "y", hotkey, until_block: 1, epoch: 1, current: 1, challenge_id: "x" },
    ...{ max_attempts: 1, retry_after_s: 1.2, lane: "x", tier: 1, ready: false, checks: [], file: "f" },
    ...{ cause_text: "c", faults: [], bytes: 1, uri: "//A", chain: "x", version: 1, known: 1, found: "x" },
    ...{ rate: "1", floor: "1", host: "h", port: 1, url: "u", message: "m" },
    ...{
      kind: "k",
      kinds: ["k"],
      rule: "r",
      rules: ["r"],
      job_id: "j",
      client_key: "c",
      protocol: "p",
      circuit: "i",
    },
  };
  return { code, ...data } as unknown as Problem;
}

test("every problem has a complete document; 429 and 503 say when to come back and why", () => {
  for (const code of Object.keys(problemTable) as Problem["code"][]) {
    const problem = sample(code);
    const kind = kindOf(problem);
    const { status, headers, body } = problemAnswer(problem);
    const document = JSON.parse(body) as Record<string, unknown>;
    const stated = kind.status === null ? "internal" : code;
    assert.equal(document.code, stated);
    assert.equal(document.type, `urn:assay:problem:${stated}`);
    assert.equal(document.status, status);
    assert.equal(document.title, problemTable[stated].title);
    assert.equal(document.blame, problemTable[stated].blame);
    assert.equal(typeof document.detail, "string");
    const later = status === 429 || status === 503;
    assert.equal(headers["retry-after"], later && kind.status !== null ? "2" : undefined, code);
    assert.equal("reason" in document, later, code);
    assert.equal("www-authenticate" in headers, status === 401, code);
    if (kind.status === null)
      assert.ok(!body.includes("cause_text"), "a start-up problem tells a client nothing");
  }
});

test("Retry-After is whole seconds and at least one", () => {
  const retryAfter = (retry_after_s: number) =>
    problemAnswer({ code: "busy", retry_after_s }).headers["retry-after"];
  assert.deepEqual([0, 0.2, 1, 1.001, 60].map(retryAfter), ["1", "1", "1", "2", "60"]);
});

test("a handler's refusal goes out with the problem's own data", async (t) => {
  const { url } = await serve(t, {
    submit: refusing({ code: "suspended", hotkey, until_block: 7200 }),
    receipt: refusing({ code: "busy", retry_after_s: 0.25 }),
    listChallenges: refusing({ code: "store_corrupt", file: "/var/secret", cause_text: "x" }),
  });
  const suspended = await post(url, "/v1/submissions", submission);
  assert.equal(suspended.status, 403);
  assert.equal(suspended.headers.get("content-type"), "application/problem+json");
  assert.equal(suspended.headers.get("cache-control"), "no-store");
  const problem = await problemIn(suspended);
  assert.equal(problem.until_block, 7200);
  assert.equal(problem.blame, "miner");
  const busy = await fetch(`${url}/v1/receipts/x`);
  assert.equal(busy.status, 429);
  assert.equal(busy.headers.get("retry-after"), "1");
  assert.equal((await problemIn(busy)).reason, "saturation");
  const hidden = await fetch(`${url}/v1/challenges`);
  assert.equal(hidden.status, 500);
  assert.ok(!(await hidden.text()).includes("/var/secret"));
});

test("not ready is 503 with its checks, ready is 200", async (t) => {
  let ready = false;
  const checks = [
    { name: "store", ok: true },
    { name: "chain", ok: false, detail: "the height is unknown" },
  ];
  const { url } = await serve(t, { readyz: async () => ({ ready, checks }) });
  const not = await fetch(`${url}/readyz`);
  assert.equal(not.status, 503);
  assert.ok(Number(not.headers.get("retry-after")) >= 1);
  const problem = await problemIn(not);
  assert.equal(problem.ready, false);
  assert.deepEqual(problem.checks, checks);
  assert.equal(problem.detail, "These checks fail: chain; `checks` says why.");
  ready = true;
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
});

test("any other error is 500 internal, logged with its cause, and not shown to clients", async (t) => {
  const logged: { event: string; data: object | undefined }[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (event, data) => logged.push({ event, data }),
  };
  const thrown = [new Error("disk /dev/sda is on fire"), "a text", null, { code: "ENOENT", statusCode: 404 }];
  const overrides = {
    receipt: async () => Promise.reject(thrown[logged.length]),
    status: () => assert.fail("boom"),
  };
  const server = await serve(t, overrides, {}, log);
  for (const cause of thrown) {
    const answer = await fetch(`${server.url}/v1/receipts/x`);
    assert.equal(answer.status, 500);
    const text = await answer.text();
    assert.equal((JSON.parse(text) as { code: string }).code, "internal");
    assert.ok(!text.includes("fire") && !text.includes("text"), text);
    assert.deepEqual(logged.at(-1), {
      event: "request_failed",
      data: { route: "/v1/receipts/:id", method: "GET", cause },
    });
  }
  assert.equal((await fetch(`${server.url}/v1/status`)).status, 500, "thrown at once, not in a promise");
  const { body } = await server.registry.expose();
  assert.match(body, /^assay_http_problems_total\{code="internal"\} 5$/m);
  assert.match(
    body,
    /^assay_http_requests_total\{route="\/v1\/receipts\/:id",method="GET",status="500"\} 4$/m,
  );
});

test("the decision log goes out line by line as NDJSON; what it throws first is a problem", async (t) => {
  const { url } = await serve(t, {
    auditLog: async function* (epoch) {
      if (epoch === 1) await refusing({ code: "epoch_open", epoch })();
      for (let n = 0; n < 5000; n++) yield `${JSON.stringify({ epoch, n })}\n`;
    },
  });
  const open = await fetch(`${url}/v1/audit/1`);
  assert.equal(open.status, 409);
  assert.equal((await problemIn(open)).code, "epoch_open");
  const log = await fetch(`${url}/v1/audit/2`);
  assert.equal(log.headers.get("content-type"), "application/x-ndjson");
  const lines = (await log.text()).split("\n");
  assert.equal(lines.length, 5001);
  assert.equal(lines[4999], '{"epoch":2,"n":4999}');
  assert.equal(lines[5000], "", "the last line ends too");
});

test("the decision log is read no faster than its reader, and no further once it left", async (t) => {
  let read = 0;
  let returned = false;
  const { port } = await serve(t, {
    auditLog: async function* () {
      try {
        for (;;) {
          read++;
          yield "x".repeat(999);
        }
      } finally {
        returned = true;
      }
    },
  });
  const socket = await dial(port);
  socket.write("GET /v1/audit/2 HTTP/1.1\r\nHost: x\r\n\r\n");
  let before = -1;
  await until(() => {
    const stalled = read > 0 && read === before;
    before = read;
    return stalled;
  });
  assert.ok(read < 50_000, `${read} lines wait for nobody`);
  socket.destroy();
  await until(() => returned);
});

test("HEAD reads one text of the decision log, and no client reads half of one as whole", async (t) => {
  let read = 0;
  const logged: string[] = [];
  const { url } = await serve(
    t,
    {
      auditLog: async function* () {
        for (let n = 0; n < 100_000; n++) {
          read++;
          if (n === 90_000) throw new Error("the store broke");
          yield `${n}\n`;
        }
      },
    },
    {},
    { debug() {}, info() {}, warn() {}, error: (event) => logged.push(event) },
  );
  const head = await fetch(`${url}/v1/audit/2`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(read, 1);
  await assert.rejects(async () => (await fetch(`${url}/v1/audit/2`)).text());
  assert.deepEqual(logged, ["audit_log_broken"]);
});
