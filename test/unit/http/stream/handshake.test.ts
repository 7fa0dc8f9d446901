import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { Problem } from "../../../../src/core/problems/problem.ts";
import type { Caller } from "../../../../src/flow/caller.ts";
import {
  dial,
  exchange,
  problemIn,
  problemOfRaw,
  statusOfRaw,
  wholeAnswer,
} from "../../../support/http/server.ts";
import { hello, joinStream, openStream, refusedStream } from "../../../support/http/stream/miner.ts";
import { serveStreams } from "../../../support/http/stream/server.ts";
import { until } from "../../../support/until.ts";

const upgrade = (lines: readonly string[] = [], path = "/v1/stream", method = "GET"): string =>
  [
    `${method} ${path} HTTP/1.1`,
    "Host: x",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...lines,
    "\r\n",
  ].join("\r\n");

const hotkeyLine = ["x-hotkey: a"];

test("a signed upgrade is a stream once it said hello", async (t) => {
  const world = await serveStreams(t);
  const miner = await openStream(world.port, "a");
  assert.deepEqual(world.listener.story, [], "nobody hears of it before");
  miner.send(hello(8, ["unheard of", "groth16"]));
  await until(() => world.listener.heard.length > 0);
  const link = world.listener.link("a");
  assert.deepEqual(
    { ...link, lanes: link.lanes, capacity: link.capacity, writable: link.writable },
    { transport: "stream", hotkey: "a", lanes: ["groth16"], kinds: null, capacity: 8, writable: true },
  );
  const [caller] = world.callers;
  assert.equal(caller?.ip, "127.0.0.1");
  assert.equal(caller?.rawBody.length, 0);
  miner.ws.close();
  await until(() => world.listener.story.includes("closed gone"));
});

test("the address is the one that a trusted proxy forwards", async (t) => {
  const world = await serveStreams(t, { http: { trustedProxies: ["127.0.0.1"] } });
  await openStream(world.port, "a", { headers: { "x-hotkey": "a", "x-forwarded-for": "9.9.9.9" } });
  assert.equal(world.callers[0]?.ip, "9.9.9.9");
});

test("a refusal of the caller is a problem document with its status and Retry-After", async (t) => {
  const problems: Problem[] = [
    { code: "bad_signature" },
    { code: "suspended", hotkey: "a", until_block: 7 },
    { code: "ip_rate_limited", retry_after_s: 3 },
    { code: "store_unavailable", retry_after_s: 2 },
  ];
  const statuses = [401, 403, 429, 503];
  for (const [i, problem] of problems.entries()) {
    const world = await serveStreams(t, {
      authenticate: async () => {
        throw new AssayError(problem);
      },
    });
    const refused = await refusedStream(world.port, {});
    assert.equal(refused.status, statuses[i]);
    assert.equal(refused.problem.code, problem.code);
    assert.equal(refused.headers["content-type"], "application/problem+json");
    assert.equal(refused.headers["cache-control"], "no-store");
    assert.equal(refused.headers.connection, "close");
    const wait = "retry_after_s" in problem ? `${problem.retry_after_s}` : undefined;
    assert.equal(refused.headers["retry-after"], wait);
    assert.equal(world.counts.get("assay_http_problems_total", { code: problem.code }), 1);
    assert.equal(world.counts.get("assay_streams_opened_total"), 0);
  }
});

test("what fails without being a refusal answers internal", async (t) => {
  const world = await serveStreams(t, { authenticate: () => Promise.reject(new TypeError("x")) });
  const { status, problem } = await refusedStream(world.port, {});
  assert.deepEqual([status, problem.code], [500, "internal"]);
});

test("without a push lane an upgrade answers push_lane_off, and so does a plain request", async (t) => {
  const world = await serveStreams(t, { off: true });
  const { status, problem } = await refusedStream(world.port, { "x-hotkey": "a" });
  assert.deepEqual([status, problem.code], [404, "push_lane_off"]);
  assert.equal((await problemIn(await fetch(`${world.url}/v1/stream`))).code, "push_lane_off");
});

test("without an upgrade to a WebSocket of version 13 the route answers upgrade_required", async (t) => {
  const world = await serveStreams(t);
  const plain = await fetch(`${world.url}/v1/stream`);
  assert.equal(plain.status, 426);
  assert.equal(plain.headers.get("upgrade"), "websocket");
  assert.equal((await problemIn(plain)).code, "upgrade_required");
  const h2c = upgrade(["Connection: close"]).replace("Upgrade: websocket", "Upgrade: h2c");
  const old = upgrade().replace("Version: 13", "Version: 12");
  for (const request of [h2c, old]) {
    const answer = await exchange(world.port, request);
    assert.equal(statusOfRaw(answer), 426);
    assert.match(answer, /sec-websocket-version: 13\r\n/i);
    assert.equal(problemOfRaw(answer).code, "upgrade_required");
  }
  assert.deepEqual(world.callers, [], "nobody's signature was looked at");
});

test("a broken handshake is malformed_request before any signature is looked at", async (t) => {
  const world = await serveStreams(t);
  const broken = [
    upgrade().replace("dGhlIHNhbXBsZSBub25jZQ==", "short"),
    upgrade().replace(/Sec-WebSocket-Key: .*\r\n/, ""),
    upgrade().replace("Host: x\r\n", ""),
  ];
  for (const request of broken) {
    assert.equal(problemOfRaw(await exchange(world.port, request)).code, "malformed_request");
  }
  assert.deepEqual(world.callers, []);
  const protocols = await exchange(world.port, upgrade([...hotkeyLine, "Sec-WebSocket-Protocol: a,,b"]));
  assert.deepEqual([statusOfRaw(protocols), problemOfRaw(protocols).code], [400, "malformed_request"]);
});

test("too many header fields are refused on an upgrade as elsewhere", async (t) => {
  const world = await serveStreams(t);
  const fields = Array.from({ length: 200 }, (_, i) => `x-${i}: 1`);
  const answer = await exchange(world.port, upgrade([...hotkeyLine, ...fields]));
  assert.deepEqual([statusOfRaw(answer), problemOfRaw(answer).code], [431, "headers_too_large"]);
});

test("an upgrade elsewhere is answered as the same request without one", async (t) => {
  const world = await serveStreams(t);
  const close = ["Connection: close"];
  assert.equal(statusOfRaw(await exchange(world.port, upgrade(close, "/healthz"))), 200);
  const unknown = await exchange(world.port, upgrade(close, "/v1/streams"));
  assert.deepEqual([statusOfRaw(unknown), problemOfRaw(unknown).code], [404, "route_not_found"]);
  const post = await exchange(world.port, upgrade([...close, "Content-Length: 0"], "/v1/stream", "POST"));
  assert.deepEqual([statusOfRaw(post), problemOfRaw(post).code], [405, "method_not_allowed"]);
  const body = JSON.stringify({
    challenge_id: "pm-t1-e9-aaaaaaaaaaaaaaaaaaaaaaaa",
    solution: "s SATISFIABLE\nv 1 0\n",
  });
  const lines = [...close, "Content-Type: application/json", `Content-Length: ${body.length}`];
  const h2c = upgrade(lines, "/v1/submissions", "POST").replace("Upgrade: websocket", "Upgrade: h2c");
  assert.equal(statusOfRaw(await exchange(world.port, h2c, body)), 202, "a body is read all the same");
});

test("at the bound a stream is refused with too_many_streams until one ends", async (t) => {
  const world = await serveStreams(t, { streams: { maxStreams: 2 } });
  const first = await openStream(world.port, "a");
  await joinStream(world.port, "b");
  const { status, problem, headers } = await refusedStream(world.port, { "x-hotkey": "c" });
  assert.deepEqual([status, problem.code, problem.limit], [503, "too_many_streams", 2]);
  assert.ok(Number(headers["retry-after"]) >= 1);
  assert.equal(world.callers.length, 2, "refused before its signature was looked at");
  first.ws.terminate();
  await until(() => world.counts.get("assay_streams_ended_total") === 1);
  await joinStream(world.port, "c");
});

/** An `authenticate` that stands until it is let go. */
function standing() {
  const gate = Promise.withResolvers<string>();
  const state = { entered: 0, aborted: 0 };
  const authenticate = (caller: Caller) => {
    state.entered++;
    caller.signal.addEventListener("abort", () => state.aborted++);
    return gate.promise;
  };
  return { state, authenticate, open: gate.resolve };
}

test("handshakes under way count to the bound", async (t) => {
  const { state, authenticate, open } = standing();
  const world = await serveStreams(t, { authenticate, streams: { maxStreams: 1 } });
  const waiting = openStream(world.port, "a");
  await until(() => state.entered === 1);
  assert.equal((await refusedStream(world.port, {})).problem.code, "too_many_streams");
  open("a");
  await waiting;
});

test("a client that resets while its signature is checked leaves nothing behind", async (t) => {
  const { state, authenticate, open } = standing();
  const world = await serveStreams(t, { authenticate, streams: { maxStreams: 1 } });
  const socket = await dial(world.port);
  socket.write(upgrade(hotkeyLine));
  await until(() => state.entered === 1);
  socket.resetAndDestroy();
  await until(() => state.aborted === 1);
  open("a");
  await openStream(world.port, "a");
  assert.deepEqual(world.listener.story, []);
  await world.close(60_000);
});

test("a client that half-closes while its signature is checked leaves nothing behind", async (t) => {
  const { state, authenticate, open } = standing();
  const world = await serveStreams(t, { authenticate, streams: { maxStreams: 1 } });
  const socket = await dial(world.port);
  socket.end(upgrade(hotkeyLine));
  await until(() => state.entered === 1);
  const ended = wholeAnswer(socket);
  open("a");
  await ended;
  await until(
    () => world.counts.get("assay_streams_ended_total") === world.counts.get("assay_streams_opened_total"),
  );
  await openStream(world.port, "a");
  assert.deepEqual(world.listener.story, []);
});

test("a client that leaves at any byte of its handshake leaves nothing behind", async (t) => {
  const world = await serveStreams(t, { streams: { maxStreams: 1 } });
  const request = upgrade(hotkeyLine);
  for (let sent = 1; sent <= request.length; sent += 7) {
    const socket = await dial(world.port);
    socket.on("error", () => {});
    socket.write(request.slice(0, sent));
    socket.resetAndDestroy();
    await once(socket, "close");
  }
  await until(
    () => world.counts.get("assay_streams_ended_total") === world.counts.get("assay_streams_opened_total"),
  );
  await joinStream(world.port, "a");
});

test("a handshake and a hello that come byte by byte are a stream", async (t) => {
  const world = await serveStreams(t);
  const socket = await dial(world.port);
  socket.setNoDelay(true);
  const frame = Buffer.from(JSON.stringify(hello()));
  const masked = Buffer.concat([Buffer.from([0x81, 0x80 | frame.length, 0, 0, 0, 0]), frame]);
  for (const byte of Buffer.from(upgrade(hotkeyLine))) {
    await new Promise<void>((resolve) => socket.write(Buffer.of(byte), () => resolve()));
  }
  const [answer] = await once(socket, "data");
  assert.equal(statusOfRaw(String(answer)), 101);
  for (const byte of masked) {
    await new Promise<void>((resolve) => socket.write(Buffer.of(byte), () => resolve()));
  }
  await until(() => world.listener.story.includes("opened"));
  socket.destroy();
  await until(() => world.listener.story.includes("closed gone"));
});

test("frames sent together with the handshake are read", async (t) => {
  const world = await serveStreams(t);
  const socket = await dial(world.port);
  const frame = Buffer.from(JSON.stringify(hello()));
  const masked = Buffer.concat([Buffer.from([0x81, 0x80 | frame.length, 0, 0, 0, 0]), frame]);
  socket.write(Buffer.concat([Buffer.from(upgrade(hotkeyLine)), masked]));
  await until(() => world.listener.story.includes("opened"));
  socket.destroy();
});

test("an upgrade behind other requests of its connection waits for their answers, and is then a stream", async (t) => {
  const world = await serveStreams(t);
  const socket = await dial(world.port);
  let received = "";
  socket.on("data", (chunk) => {
    received += String(chunk);
  });
  const frame = Buffer.from(JSON.stringify(hello()));
  const masked = Buffer.concat([Buffer.from([0x81, 0x80 | frame.length, 0, 0, 0, 0]), frame]);
  const before = "GET /v1/receipts/x HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3);
  socket.write(Buffer.concat([Buffer.from(before + upgrade(hotkeyLine)), masked]));
  await until(() => world.listener.story.includes("opened") && received.includes(" 101 "));
  socket.destroy();
  assert.deepEqual(
    [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]),
    ["200", "200", "200", "101"],
  );
});

test("the OpenAPI document lists the route and what it refuses with", async (t) => {
  const world = await serveStreams(t);
  const document = (await (await fetch(`${world.url}/openapi.json`)).json()) as {
    paths: Record<string, { get: { responses: object; "x-problem-codes": string[]; parameters: object[] } }>;
  };
  const operation = document.paths["/v1/stream"]?.get ?? assert.fail("no route");
  assert.deepEqual(Object.keys(operation.responses).slice(0, 2), ["101", "400"]);
  for (const code of ["upgrade_required", "push_lane_off", "too_many_streams", "bad_signature"]) {
    assert.ok(operation["x-problem-codes"].includes(code), code);
  }
  assert.equal(operation.parameters.length, 7);
});
