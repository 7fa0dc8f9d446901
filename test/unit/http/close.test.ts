import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import {
  dial,
  exchange,
  post,
  problemOfRaw,
  receipt,
  serve,
  statusOfRaw,
  submission,
  wholeAnswer,
} from "../../support/http/server.ts";
import { until } from "../../support/until.ts";

/** A handler that stands still until it is let go. */
function gatedSubmit() {
  const gate = Promise.withResolvers<void>();
  const state = { entered: 0, aborted: 0 };
  return {
    state,
    open: gate.resolve,
    submit: async (caller: { signal: AbortSignal }) => {
      state.entered++;
      caller.signal.addEventListener("abort", () => state.aborted++);
      await gate.promise;
      return { receipt, replay: false };
    },
  };
}

test("close ends what runs, refuses what comes on kept connections, and takes no new ones", async (t) => {
  const { state, open, submit } = gatedSubmit();
  const server = await serve(t, { submit });
  const kept = await dial(server.port);
  const first = new Promise((resolve) => kept.once("data", resolve));
  kept.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  await first;
  const running = post(server.url, "/v1/submissions", submission);
  await until(() => state.entered === 1);

  const closed = server.close();
  let done = false;
  void closed.then(() => {
    done = true;
  });
  const refused = wholeAnswer(kept);
  kept.write("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
  const answer = await refused;
  assert.equal(statusOfRaw(answer), 503);
  assert.match(answer, /connection: close\r\n/i);
  assert.match(answer, /retry-after: \d+\r\n/i);
  assert.equal(problemOfRaw(answer).code, "shutting_down");
  await assert.rejects(dial(server.port), { code: "ECONNREFUSED" });
  await sleep(20);
  assert.equal(done, false, "something still runs");

  open();
  const last = await running;
  assert.equal(last.status, 202);
  assert.equal(last.headers.get("connection"), "close");
  await closed;
  assert.equal(state.aborted, 0);
  await server.close();
});

test("close without anything under way ends idle connections at once", async (t) => {
  const server = await serve(t);
  const kept = await dial(server.port);
  const silent = await dial(server.port);
  await fetch(`${server.url}/healthz`).then((answer) => answer.text());
  const ends = Promise.all([wholeAnswer(kept), wholeAnswer(silent)]);
  await server.close(60_000);
  assert.deepEqual(await ends, ["", ""]);
});

test("what outlives the grace is cut, and its handler told", async (t) => {
  const { state, open, submit } = gatedSubmit();
  const server = await serve(t, { submit });
  const running = post(server.url, "/v1/submissions", submission);
  await until(() => state.entered === 1);
  await Promise.all([server.close(50), assert.rejects(running)]);
  assert.equal(state.aborted, 1);
  open();
});

test("close waits for a handler whose client is gone", async (t) => {
  const { state, open, submit } = gatedSubmit();
  const server = await serve(t, { submit });
  const socket = await dial(server.port);
  const head = "POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  socket.write(`${head}Content-Length: ${submission.length}\r\n\r\n${submission}`);
  await until(() => state.entered === 1);
  socket.destroy();
  await until(() => state.aborted === 1);
  let done = false;
  const closed = server.close().then(() => {
    done = true;
  });
  await sleep(50);
  assert.equal(done, false);
  open();
  await closed;
});

test("a body still under way when closing begins is read to its end", async (t) => {
  const server = await serve(t);
  const socket = await dial(server.port);
  const answer = wholeAnswer(socket);
  const head = "POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  socket.write(`${head}Content-Length: ${submission.length}\r\n\r\n${submission.slice(0, 10)}`);
  await until(() => socket.bytesWritten > 0);
  await exchange(server.port, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const closed = server.close();
  socket.write(submission.slice(10));
  assert.equal(statusOfRaw(await answer), 202);
  await closed;
});

test("pipelined requests of a client that left do not hold up the end", async (t) => {
  const { state, open, submit } = gatedSubmit();
  const server = await serve(t, { receipt: async (caller) => (await submit(caller)).receipt });
  const socket = await dial(server.port);
  socket.write("GET /v1/receipts/a HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3));
  await until(() => state.entered === 1);
  socket.destroy();
  await until(() => state.aborted === 1);
  open();
  await server.close(60_000);
});

test("a port that is taken is address_in_use", async (t) => {
  const server = await serve(t);
  await assert.rejects(serve(t, {}, { port: server.port }), (error: unknown) => {
    assert.ok(error instanceof AssayError);
    assert.deepEqual(error.problem, { code: "address_in_use", host: "127.0.0.1", port: server.port });
    return true;
  });
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});
