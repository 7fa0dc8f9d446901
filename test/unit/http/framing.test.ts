import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dial,
  exchange,
  problemOfRaw,
  recordingSubmit,
  serve,
  statusOfRaw,
  submission,
  wholeAnswer,
} from "../../support/http/server.ts";

const head = "POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

test("bytes that are not HTTP are answered 400 with a problem document, and the connection ends", async (t) => {
  const { port } = await serve(t);
  const requests: Record<string, string> = {
    garbage: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    "no version": "GET /v1/status\r\n\r\n",
    "HTTP/9.9": "GET /v1/status HTTP/9.9\r\nHost: x\r\n\r\n",
    "space before the colon": "GET /v1/status HTTP/1.1\r\nHost : x\r\n\r\n",
    "folded header": "GET /v1/status HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "null in a header": "GET /v1/status HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
    "both lengths": `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "both lengths, other order": `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    "two lengths": `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n[1,2]`,
    "a negative length": `${head}Content-Length: -5\r\n\r\n`,
    "a length that is no number": `${head}Content-Length: 0x5\r\n\r\n[1,2]`,
    "chunked twice": `${head}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
    "an encoding that is not last": `${head}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    "a chunk of no size": `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    "bare line feeds": "GET /v1/status HTTP/1.1\nHost: x\n\n",
  };
  for (const [name, request] of Object.entries(requests)) {
    const answer = await exchange(port, Buffer.from(request, "latin1"));
    assert.equal(statusOfRaw(answer), 400, `${name}: ${answer}`);
    assert.match(answer, /content-type: application\/problem\+json\r\n/i, name);
    assert.match(answer, /connection: close\r\n/i, name);
    const problem = problemOfRaw(answer);
    assert.equal(problem.code, "malformed_request", name);
    assert.equal(Number(/content-length: (\d+)/i.exec(answer)?.[1]), JSON.stringify(problem).length, name);
  }
});

test("HTTP/1.1 without Host is 400; HTTP/1.0 has none", async (t) => {
  const { port } = await serve(t);
  const without = await exchange(port, "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n");
  assert.equal(statusOfRaw(without), 400);
  assert.equal(problemOfRaw(without).code, "malformed_request");
  assert.equal(statusOfRaw(await exchange(port, "GET /healthz HTTP/1.0\r\n\r\n")), 200);
});

test("header bombs are 431, in one header, in many, and in the request line", async (t) => {
  const { port } = await serve(t);
  const start = "GET /healthz HTTP/1.1\r\nHost: x\r\n";
  const bombs = [
    `${start}A: ${"a".repeat(20_000)}\r\n\r\n`,
    `${start}${"A: b\r\n".repeat(128)}\r\n`,
    `${start}${"A: b\r\n".repeat(4000)}\r\n`,
    `${start}${"a".repeat(20_000)}: b\r\n\r\n`,
    `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  ];
  for (const bomb of bombs) {
    const answer = await exchange(port, bomb.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    assert.equal(statusOfRaw(answer), 431);
    const { code, limit_bytes, limit_fields } = problemOfRaw(answer);
    assert.deepEqual(
      { code, limit_bytes, limit_fields },
      { code: "headers_too_large", limit_bytes: 16_384, limit_fields: 128 },
    );
  }
  const many = await exchange(port, `${start}${"A: b\r\n".repeat(126)}Connection: close\r\n\r\n`);
  assert.equal(statusOfRaw(many), 200, "128 fields pass");
});

test("a chunked body is taken up to the limit and 413 past it", async (t) => {
  const { seen, submit } = recordingSubmit();
  const { port } = await serve(t, { submit }, { maxBodyBytes: submission.length });
  const framed = (body: string) => `${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body}`;
  const half = Math.floor(submission.length / 2);
  const whole = chunk(submission.slice(0, half)) + chunk(submission.slice(half));
  assert.equal(statusOfRaw(await exchange(port, framed(`${whole}0\r\n\r\n`))), 202);
  assert.equal(Buffer.from(seen[0]?.caller.rawBody ?? []).toString(), submission);
  const past = await exchange(port, framed(`${whole}${chunk(" ")}0\r\n\r\n`));
  assert.equal(statusOfRaw(past), 413);
  assert.equal(problemOfRaw(past).code, "body_too_large");
  const endless = await exchange(port, framed(chunk("x".repeat(submission.length + 1))));
  assert.equal(statusOfRaw(endless), 413, "refused before the body ends");
  assert.equal(seen.length, 1);
});

test("an honest length past the limit is refused before a byte of the body is sent", async (t) => {
  const { port } = await serve(t, {}, { maxBodyBytes: 100 });
  const answer = await exchange(port, `${head}Content-Length: 10000000000\r\n\r\n`);
  assert.equal(statusOfRaw(answer), 413);
  assert.match(answer, /connection: close/i);
});

test("Expect: 100-continue is not told to go on when the body is too large", async (t) => {
  const { port } = await serve(t, {}, { maxBodyBytes: 100 });
  const expecting = (length: number) =>
    `${head}Expect: 100-continue\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;
  assert.equal(statusOfRaw(await exchange(port, expecting(101))), 413);
  const allowed = await exchange(port, expecting(submission.length), submission);
  assert.match(allowed, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
  const unknown = "GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: cake\r\nConnection: close\r\n\r\n";
  assert.equal(statusOfRaw(await exchange(port, unknown)), 200, "an unknown expectation is ignored");
});

test("a length below the body's makes the rest a malformed request", async (t) => {
  const { port } = await serve(t);
  const answer = await exchange(port, `${head}Content-Length: 2\r\n\r\n${submission}`);
  assert.match(answer, /HTTP\/1\.1 400 /);
  assert.match(answer, /malformed_request|malformed_json/);
});

test("requests on one connection are answered in order, pipelined or not", async (t) => {
  const { port } = await serve(t);
  const get = (path: string, last = false) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${last ? "Connection: close\r\n" : ""}\r\n`;
  const answer = await exchange(port, get("/healthz") + get("/nope") + get("/v1/keys", true));
  assert.deepEqual(
    [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]),
    ["200", "404", "200"],
  );
});

test("CONNECT is refused, and a wish to upgrade is ignored", async (t) => {
  const { port } = await serve(t);
  const connect = await exchange(port, "CONNECT example:443 HTTP/1.1\r\nHost: example\r\n\r\n");
  assert.equal(statusOfRaw(connect), 405);
  assert.equal(problemOfRaw(connect).code, "method_not_allowed");
  const upgrade = "GET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade, close\r\n\r\n";
  assert.equal(statusOfRaw(await exchange(port, upgrade)), 200);
});

test("a broken connection does no harm: the next is served", async (t) => {
  const { url, port } = await serve(t);
  for (const sent of [
    "",
    "GET /he",
    `${head}Content-Length: 100\r\n\r\n{`,
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nab`,
    "CONNECT example:443 HTTP/1.1\r\nHost: example\r\n\r\n",
    "no HTTP\r\n\r\n",
    "GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
  ]) {
    const socket = await dial(port);
    socket.write(sent);
    socket.resetAndDestroy();
    const ended = await dial(port);
    const answer = wholeAnswer(ended);
    ended.end(sent);
    await answer;
  }
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
});
