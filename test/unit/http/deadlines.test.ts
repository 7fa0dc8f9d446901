import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  dial,
  exchange,
  problemOfRaw,
  receipt,
  recordingSubmit,
  type Served,
  serve,
  statusOfRaw,
  submission,
  wholeAnswer,
} from "../../support/http/server.ts";
import { until } from "../../support/until.ts";

const head = "POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const soon = { bodyDeadlineMs: 200 };

const connections = ({ app }: Served): Promise<number> =>
  new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

test("what is not complete in time is 408 and cut, wherever it stops", async (t) => {
  const { seen, submit } = recordingSubmit();
  const server = await serve(t, { submit }, soon);
  const halves: Record<string, string> = {
    nothing: "",
    "half a request line": "GET /heal",
    "half the headers": "GET /healthz HTTP/1.1\r\nHost: x\r\n",
    "no body": `${head}Content-Length: 10\r\n\r\n`,
    "half a body": `${head}Content-Length: ${submission.length}\r\n\r\n${submission.slice(0, 20)}`,
    "a length one too large": `${head}Content-Length: ${submission.length + 1}\r\n\r\n${submission}`,
    "half a chunk": `${head}Transfer-Encoding: chunked\r\n\r\n10\r\n{"chall`,
    "no last chunk": `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`,
  };
  const answers = await Promise.all(
    Object.entries(halves).map(async ([name, sent]) => ({ name, answer: await exchange(server.port, sent) })),
  );
  for (const { name, answer } of answers) {
    assert.equal(statusOfRaw(answer), 408, `${name}: ${answer}`);
    assert.match(answer, /connection: close/i);
    const problem = problemOfRaw(answer);
    assert.equal(problem.code, "request_timeout");
    assert.equal(problem.limit_ms, 200);
  }
  assert.equal(seen.length, 0, "no handler heard of them");
  while ((await connections(server)) > 0) await sleep(5);
});

test("a GET whose announced body never comes is answered once, and not waited for", async (t) => {
  const { port } = await serve(t, {}, soon);
  const answer = await exchange(port, "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
  assert.deepEqual(answer.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200"]);
});

test("a body that trickles is cut at the deadline, however lively it is", async (t) => {
  const { port } = await serve(t, {}, soon);
  const socket = await dial(port);
  const answer = wholeAnswer(socket);
  socket.write(`${head}Content-Length: 1000\r\n\r\n{`);
  const trickle = setInterval(() => socket.writable && socket.write(" "), 20);
  const text = await answer;
  clearInterval(trickle);
  socket.destroy();
  assert.equal(statusOfRaw(text), 408);
});

test("a slow handler is not cut: the deadline is the client's", async (t) => {
  const { port } = await serve(
    t,
    {
      receipt: async () => {
        await sleep(500);
        return receipt;
      },
    },
    { bodyDeadlineMs: 100 },
  );
  const answer = await exchange(port, "GET /v1/receipts/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.equal(statusOfRaw(answer), 200);
});

test("hundreds of half-sent bodies take nothing from anybody and end", async (t) => {
  const { seen, submit } = recordingSubmit();
  const server = await serve(t, { submit }, { bodyDeadlineMs: 400 });
  const slow = await Promise.all(Array.from({ length: 200 }, () => dial(server.port)));
  const ends = slow.map((socket) => {
    socket.write(`${head}Content-Length: 60000\r\n\r\n{"challenge_id":"`);
    return wholeAnswer(socket);
  });
  const honest = await exchange(
    server.port,
    `${head}Connection: close\r\nContent-Length: ${submission.length}\r\n\r\n${submission}`,
  );
  assert.equal(statusOfRaw(honest), 202);
  assert.equal(seen.length, 1);
  for (const answer of await Promise.all(ends)) assert.equal(statusOfRaw(answer), 408);
  for (const socket of slow) socket.destroy();
  while ((await connections(server)) > 0) await sleep(5);
});

test("a client that vanishes aborts the handler's signal", async (t) => {
  const signals: AbortSignal[] = [];
  const { port } = await serve(t, {
    submit: (caller) =>
      new Promise((_resolve, reject) => {
        signals.push(caller.signal);
        caller.signal.addEventListener("abort", () => reject(new Error("gone")));
      }),
  });
  for (const leave of ["end", "destroy", "resetAndDestroy"] as const) {
    const socket = await dial(port);
    socket.on("error", () => {});
    socket.write(`${head}Content-Length: ${submission.length}\r\n\r\n${submission}`);
    const before = signals.length;
    await until(() => signals.length > before);
    assert.equal(signals.at(-1)?.aborted, false);
    socket[leave]();
    await until(() => signals.at(-1)?.aborted === true);
  }
  assert.equal(signals.length, 3);
});

test("a client that left is nobody's failure: nothing is logged as one, nothing counted as refused", async (t) => {
  const logged: string[] = [];
  const note = (event: string) => void logged.push(event);
  let heard = 0;
  const server = await serve(
    t,
    {
      submit: (caller) =>
        new Promise((_resolve, reject) => {
          heard++;
          caller.signal.addEventListener("abort", () => reject(caller.signal.reason));
        }),
    },
    {},
    { debug: note, info: note, warn: note, error: note },
  );
  const whole = `${head}Content-Length: ${submission.length}\r\n\r\n${submission}`;
  for (const sent of [whole, whole.slice(0, -5)]) {
    const socket = await dial(server.port);
    socket.on("error", () => {});
    socket.write(sent);
    if (sent === whole) await until(() => heard === 1);
    else await exchange(server.port, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const before = logged.length;
    socket.resetAndDestroy();
    await until(() => logged.length > before);
  }
  assert.deepEqual(logged, ["client_gone", "client_gone"]);
  assert.doesNotMatch((await server.registry.expose()).body, /^assay_http_problems_total\{/m);
});

test("a signal asked for after its client left is aborted at once, and one that was answered never is", async (t) => {
  const entered = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const late = Promise.withResolvers<boolean>();
  const signals: AbortSignal[] = [];
  const server = await serve(t, {
    submit: async (caller) => {
      entered.resolve();
      await left.promise;
      late.resolve(caller.signal.aborted);
      return { receipt, replay: false };
    },
    receipt: async (caller) => {
      signals.push(caller.signal);
      return receipt;
    },
  });
  const socket = await dial(server.port);
  socket.write(`${head}Content-Length: ${submission.length}\r\n\r\n${submission}`);
  await entered.promise;
  socket.destroy();
  while ((await connections(server)) > 0) await sleep(5);
  left.resolve();
  assert.equal(await late.promise, true);

  await exchange(server.port, "GET /v1/receipts/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  while ((await connections(server)) > 0) await sleep(5);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false],
  );
});

test("connections past the bound are dropped and counted; a freed place is used again", async (t) => {
  const server = await serve(t, {}, { maxConnections: 2 });
  const first = await dial(server.port);
  const second = await dial(server.port);
  const third = await dial(server.port);
  assert.equal(await wholeAnswer(third), "", "dropped without a word");
  const { body } = await server.registry.expose();
  assert.match(body, /^assay_http_connections_dropped_total 1$/m);
  first.destroy();
  second.destroy();
  while ((await connections(server)) > 0) await sleep(5);
  const answer = await exchange(server.port, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.equal(statusOfRaw(answer), 200);
});
