import assert from "node:assert/strict";
import { test } from "node:test";
import { dial, post, receipt, serve, submission, wholeAnswer } from "../../../support/http/server.ts";
import { until } from "../../../support/until.ts";

const submit = (body: string, extra = ""): string =>
  `POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`;
const chunked = (body: string): string =>
  `POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const statuses = (answer: string): string[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => match[1] ?? "");

/** Blank lines inside bodies must not confuse where a request ends. */
const blank = submission.replace("{", "{\r\n\r\n\r\n\r\n");

test("pipelined requests run one after the other, with bodies of every framing, however they are cut", async (t) => {
  const state = { running: 0, most: 0, bodies: 0 };
  const { port } = await serve(t, {
    submit: async () => {
      state.most = Math.max(state.most, ++state.running);
      await new Promise((resolve) => setImmediate(resolve));
      state.running--;
      state.bodies++;
      return { receipt, replay: false };
    },
  });
  const bytes =
    submit(submission) + chunked(blank) + submit(blank) + chunked(submission) + submit(blank) + last;
  for (const size of [1, 7, 64, 333, bytes.length]) {
    const socket = await dial(port);
    socket.setNoDelay(true);
    const answer = wholeAnswer(socket);
    for (let at = 0; at < bytes.length; at += size) {
      socket.write(bytes.slice(at, at + size));
      if (size < 64 && at % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(statuses(await answer), ["202", "202", "202", "202", "202", "200"], `cut to ${size}`);
  }
  assert.deepEqual(state, { running: 0, most: 1, bodies: 25 });
});

test("a pipelined request is not begun before the answer to the one before it was sent", async (t) => {
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  const { port, url } = await serve(t, {
    receipt: async (_caller, id) => {
      begun.push(id);
      await gate.promise;
      return receipt;
    },
  });
  const socket = await dial(port);
  const answer = wholeAnswer(socket);
  const get = (id: string) => `GET /v1/receipts/${id} HTTP/1.1\r\nHost: x\r\n\r\n`;
  socket.write(get("a") + get("b"));
  await until(() => begun.length > 0);
  socket.write(get("c") + last);
  assert.equal((await post(url, "/v1/submissions", submission)).status, 202, "others go on");
  assert.deepEqual(begun, ["a"]);
  gate.resolve();
  assert.deepEqual(statuses(await answer), ["200", "200", "200", "200"]);
  assert.deepEqual(begun, ["a", "b", "c"]);
});

test("a refused body does not stand in the way of the next request where the connection is kept", async (t) => {
  const { port } = await serve(t);
  const socket = await dial(port);
  const answer = wholeAnswer(socket);
  socket.write(submit("[\r\n\r\n]") + submit(submission) + submit("{}") + last);
  assert.deepEqual(statuses(await answer), ["422", "202", "422", "200"]);
});

test("after the last answer of a connection what was pipelined is dropped, and the answer still arrives", async (t) => {
  const { port } = await serve(t);
  const socket = await dial(port);
  const answer = wholeAnswer(socket);
  socket.write(last + submit(submission).repeat(100));
  assert.deepEqual(statuses(await answer), ["200"]);
});

test("broken framing behind a good request is answered in its turn", async (t) => {
  const { port } = await serve(t);
  const socket = await dial(port);
  const answer = wholeAnswer(socket);
  socket.write(`${submit(submission)}nonsense\r\n\r\n${submit(submission)}`);
  assert.deepEqual(statuses(await answer), ["202", "400"]);
});

test("a line that ends without a carriage return ends no head", async (t) => {
  const { port } = await serve(t);
  const socket = await dial(port);
  const answer = wholeAnswer(socket);
  socket.write("GET /healthz HTTP/1.1\nHost: x\n\n");
  assert.deepEqual(statuses(await answer), ["400"]);
});
