import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { type Dialer, openDialer } from "../../../src/dial/dialer.ts";
import type { DialOptions } from "../../../src/dial/options.ts";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import { Counts } from "../../support/counts.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { freePort } from "../../support/freePort.ts";
import { jobId, order, Recorder } from "../../support/http/stream/server.ts";
import { until } from "../../support/until.ts";

interface DialWorld {
  readonly dialer: Dialer;
  readonly listener: Recorder;
  readonly clock: FakeClock;
  readonly counts: Counts;
  readonly streams: Set<string>;
  readonly signed: string[];
}

function dialWorld(t: TestContext, options: Partial<DialOptions> = {}): DialWorld {
  const listener = new Recorder();
  const clock = new FakeClock(0);
  const counts = new Counts();
  const streams = new Set<string>();
  const signed: string[] = [];
  const dialer = openDialer(
    { lanes: ["groth16"], allowPrivate: true, lookMs: 5, graceMs: 0, ...options },
    {
      listener,
      hasStream: (hotkey) => streams.has(hotkey),
      sign: (body) => {
        signed.push(body);
        return { "epistula-version": "2", "x-length": `${body.length}` };
      },
      clock,
      log: silentLog,
      metrics: counts,
    },
  );
  t.after(() => dialer.close());
  return { dialer, listener, clock, counts, streams, signed };
}

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A miner's endpoint that answers as it is told; returns its port. */
async function endpoint(t: TestContext, answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  t.after(() => server.closeAllConnections());
  return await listening(t, server);
}

/** A miner's endpoint on which bytes are answered as they are. */
async function rawEndpoint(t: TestContext, talk: (socket: Socket, nth: number) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
    talk(socket, sockets.length);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return await listening(t, server);
}

const minerAt = (port: number, hotkey = "a"): ChainMiner => ({ uid: 0, hotkey, ip: "127.0.0.1", port });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
};

/** Sends one job to a miner and tells what the listener heard of it. */
async function outcomeAt(t: TestContext, port: number, options: Partial<DialOptions> = {}, job = order(1)) {
  const world = dialWorld(t, options);
  world.dialer.refresh([minerAt(port)]);
  world.listener.link("a").send(job);
  await until(() => world.listener.heard.length > 1);
  const heard = world.listener.heard[1] ?? assert.fail();
  if (heard.kind === "failed") return `failed ${heard.code}`;
  return heard.kind === "answered" ? `answered ${heard.answer.text()}` : heard.kind;
}

test("a job is one signed POST, and its answer reaches the listener", async (t) => {
  const seen: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  const port = await endpoint(t, async (request, response) => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, body: await bodyOf(request) });
    json(response, { job_id: jobId(1), answer: { proof: "é" } });
  });
  const world = dialWorld(t);
  world.dialer.refresh([minerAt(port)]);
  const link = world.listener.link("a");
  assert.deepEqual(
    [link.transport, link.lanes, link.capacity, link.writable],
    ["dial", ["groth16"], 16, true],
  );
  const size = link.send(order(1));
  await until(() => world.listener.of("answered").length === 1);
  const [answered] = world.listener.of("answered");
  assert.equal(answered?.jobId, jobId(1));
  assert.equal(answered?.answer.text(), '{"proof":"é"}');
  assert.equal(
    answered?.answer.size,
    Buffer.byteLength(JSON.stringify({ job_id: jobId(1), answer: { proof: "é" } })),
  );
  const [request] = seen;
  assert.deepEqual([request?.method, request?.url], ["POST", "/v1/work"]);
  assert.deepEqual(JSON.parse(request?.body ?? ""), order(1));
  assert.equal(size, Buffer.byteLength(request?.body ?? ""));
  assert.deepEqual(world.signed, [request?.body]);
  assert.equal(request?.headers["epistula-version"], "2");
  assert.equal(request?.headers["content-type"], "application/json");
  assert.equal(world.counts.get("assay_dial_outcomes_total", { outcome: "answered" }), 1);
});

const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;

const bodies: readonly (readonly [string, unknown, string])[] = [
  ["an answer", { job_id: jobId(1), answer: { a: 1 } }, 'answered {"a":1}'],
  ["a failure", { job_id: jobId(1), fail: "out_of_memory" }, "failed out_of_memory"],
  ["a code alone", { code: "busy" }, "failed busy"],
  ["a failure that is a sentence", { job_id: jobId(1), fail: "it broke" }, "failed handler_error"],
  ["a failure that is no text", { job_id: jobId(1), fail: { a: 1 } }, "failed handler_error"],
  ["no JSON", "{", "failed bad_json"],
  ["nothing", "", "failed bad_json"],
  ["null", "null", "failed no_answer"],
  ["an array", "[]", "failed no_answer"],
  ["no answer", { job_id: jobId(1) }, "failed no_answer"],
  ["an answer of null", { job_id: jobId(1), answer: null }, "failed no_answer"],
  ["another job", { job_id: jobId(2), answer: {} }, "failed wrong_job"],
  ["an answer to no job", { answer: {} }, "failed wrong_job"],
  ["an answer without a bottom", `{"job_id":"${jobId(1)}","answer":${deep}}`, "failed bad_json"],
];

test("every body is an answer or a typed failure", async (t) => {
  for (const [what, body, expected] of bodies) {
    const port = await endpoint(t, (_request, response) => json(response, body));
    assert.equal(await outcomeAt(t, port), expected, what);
  }
});

test("any status but 2xx is the handler's error, and no redirect is followed", async (t) => {
  let followed = 0;
  const elsewhere = await endpoint(t, (_request, response) => {
    followed++;
    json(response, { job_id: jobId(1), answer: {} });
  });
  for (const status of [300, 301, 302, 307, 308, 400, 404, 429, 500, 503]) {
    const port = await endpoint(t, (_request, response) => {
      response.setHeader("location", `http://127.0.0.1:${elsewhere}/v1/work`);
      json(response, { job_id: jobId(1), answer: {} }, status);
    });
    assert.equal(await outcomeAt(t, port), "failed handler_error", `${status}`);
  }
  assert.equal(followed, 0);
  const created = await endpoint(t, (_request, response) =>
    json(response, { job_id: jobId(1), answer: 1 }, 201),
  );
  assert.equal(await outcomeAt(t, created), "answered 1");
});

test("an interim response is not the response", async (t) => {
  const port = await endpoint(t, (_request, response) => {
    response.writeProcessing();
    json(response, { job_id: jobId(1), answer: 1 });
  });
  assert.equal(await outcomeAt(t, port), "answered 1");
});

test("a response of the bound is read, one byte more is too large, announced or not", async (t) => {
  const bare = JSON.stringify({ job_id: jobId(1), answer: "" });
  const body = (bytes: number) =>
    JSON.stringify({ job_id: jobId(1), answer: "x".repeat(bytes - bare.length) });
  for (const [bytes, expected] of [
    [500, /^answered/],
    [501, /^failed too_large$/],
  ] as const) {
    const port = await endpoint(t, (_request, response) => {
      response.write(body(bytes).slice(0, 100));
      response.end(body(bytes).slice(100));
    });
    assert.match(await outcomeAt(t, port, { maxResponseBytes: 500 }), expected);
  }
  const endless = await endpoint(t, (_request, response) => {
    const more = () => {
      while (response.write("x".repeat(10_000)));
    };
    response.on("drain", more);
    more();
  });
  assert.equal(await outcomeAt(t, endless), "failed too_large");
});

test("a port where nobody listens is unreachable", async (t) => {
  assert.equal(await outcomeAt(t, Number(await freePort())), "unreachable");
});

test("a connection that is reset before any response is tried once more, then unreachable", async (t) => {
  for (const end of [(socket: Socket) => socket.resetAndDestroy(), (socket: Socket) => socket.end()]) {
    let connections = 0;
    const port = await rawEndpoint(t, (socket, nth) => {
      connections = nth;
      socket.once("data", () => end(socket));
    });
    assert.equal(await outcomeAt(t, port), "unreachable");
    assert.equal(connections, 2);
  }
});

test("an interim response is no response yet when the connection breaks", async (t) => {
  const port = await rawEndpoint(t, (socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 102 Processing\r\n\r\n"));
  });
  assert.equal(await outcomeAt(t, port), "unreachable");
});

test("a connection that breaks once does not cost the job", async (t) => {
  const body = JSON.stringify({ job_id: jobId(1), answer: 7 });
  const port = await rawEndpoint(t, (socket, nth) => {
    socket.once("data", () => {
      if (nth === 1) socket.resetAndDestroy();
      else socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
  });
  assert.equal(await outcomeAt(t, port), "answered 7");
});

test("what is no HTTP, breaks off or never ends is the miner's failure, not unreachable", async (t) => {
  const talks: readonly (readonly [string, (socket: Socket) => void, string])[] = [
    ["no HTTP", (socket) => socket.write("SSH-2.0-OpenSSH_9.6\r\n"), "failed bad_response"],
    [
      "endless headers",
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}`),
      "failed bad_response",
    ],
    [
      "half a body",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
      "failed broken_off",
    ],
    ["no body", (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), "failed timeout"],
    ["no response", () => {}, "failed timeout"],
    ["half a header", (socket) => socket.write("HTTP/1.1 200 OK\r\nx: "), "failed timeout"],
  ];
  for (const [what, talk, expected] of talks) {
    const port = await rawEndpoint(t, (socket) => {
      socket.once("data", () => talk(socket));
    });
    assert.equal(await outcomeAt(t, port, {}, { ...order(1), deadline_ms: 100 }), expected, what);
  }
});

test("a response byte by byte is read", async (t) => {
  const body = JSON.stringify({ job_id: jobId(1), answer: { a: "1" } });
  const port = await rawEndpoint(t, (socket) => {
    socket.setNoDelay(true);
    socket.once("data", async () => {
      for (const byte of Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)) {
        await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
      }
    });
  });
  assert.equal(await outcomeAt(t, port), 'answered {"a":"1"}');
});

test("a body that drips on is given up when the deadline and the time to connect are over", async (t) => {
  let gone = 0;
  const port = await endpoint(t, (_request, response) => {
    response.write(" ");
    response.on("close", () => gone++);
  });
  const world = dialWorld(t);
  world.dialer.refresh([minerAt(port)]);
  world.listener.link("a").send({ ...order(1), deadline_ms: 60_000 });
  world.clock.advance(64_999);
  const other = world.listener.link("a");
  other.send({ ...order(2), deadline_ms: 0.5 });
  await until(() => world.listener.of("failed").length === 1);
  assert.equal(world.listener.of("failed")[0]?.jobId, jobId(2));
  world.clock.advance(1);
  await until(() => world.listener.of("failed").length === 2);
  assert.deepEqual(
    world.listener.of("failed").map(({ code }) => code),
    ["timeout", "timeout"],
  );
  await until(() => gone === 2);
});

test("a link is writable below its capacity, and told when it is again", async (t) => {
  const held: ServerResponse[] = [];
  const port = await endpoint(t, async (request, response) => {
    const { job_id } = JSON.parse(await bodyOf(request)) as { job_id: string };
    held.push(response);
    response.setHeader("x-job", job_id);
  });
  const world = dialWorld(t, { capacity: 3 });
  world.dialer.refresh([minerAt(port)]);
  const link = world.listener.link("a");
  link.send(order(1));
  link.send(order(2));
  assert.equal(link.writable, true);
  link.send(order(3));
  assert.equal(link.writable, false);
  await until(() => held.length === 3);
  for (const response of held) json(response, { job_id: response.getHeader("x-job"), answer: 1 });
  await until(() => world.listener.of("answered").length === 3);
  assert.equal(link.writable, true);
  assert.deepEqual(world.listener.story, ["opened", "answered", "drained", "answered", "answered"]);
});

test("a connection is kept for the next job", async (t) => {
  const ports = new Set<number | undefined>();
  const port = await endpoint(t, async (request, response) => {
    ports.add(request.socket.remotePort);
    const { job_id } = JSON.parse(await bodyOf(request)) as { job_id: string };
    json(response, { job_id, answer: 1 });
  });
  const world = dialWorld(t);
  world.dialer.refresh([minerAt(port)]);
  for (let n = 1; n <= 5; n++) {
    world.listener.link("a").send(order(n));
    await until(() => world.listener.of("answered").length === n);
  }
  assert.equal(ports.size, 1);
});

test("links follow the chain: miners come, stay, move, open a stream and leave", async (t) => {
  const world = dialWorld(t);
  const { dialer, listener, streams } = world;
  const take = () =>
    listener.heard.splice(0).map(({ kind, link, ...rest }) => [kind, link.hotkey, ...Object.values(rest)]);
  dialer.refresh([minerAt(1000, "a"), minerAt(1001, "b"), minerAt(1002, "a")]);
  assert.deepEqual(take(), [
    ["opened", "a"],
    ["opened", "b"],
  ]);
  dialer.refresh([minerAt(1001, "b"), minerAt(1000, "a")]);
  assert.deepEqual(take(), []);
  dialer.refresh([minerAt(2000, "a"), minerAt(1001, "b")]);
  assert.deepEqual(take(), [
    ["closed", "a", "gone"],
    ["opened", "a"],
  ]);
  streams.add("a");
  dialer.refresh([minerAt(2000, "a"), minerAt(1001, "b")]);
  assert.deepEqual(take(), [["closed", "a", "replaced"]]);
  dialer.replaced("b");
  dialer.replaced("c");
  assert.deepEqual(take(), [["closed", "b", "replaced"]]);
  streams.clear();
  dialer.refresh([minerAt(2000, "a")]);
  dialer.refresh([]);
  assert.deepEqual(take(), [
    ["opened", "a"],
    ["closed", "a", "gone"],
  ]);
  assert.equal(dialer.count(), 0);
});

test("only literal, routable addresses with a port are dialled", (t) => {
  const miners: ChainMiner[] = [
    { uid: 0, hotkey: "no address" },
    { uid: 1, hotkey: "no port", ip: "1.1.1.1" },
    { uid: 2, hotkey: "port 0", ip: "1.1.1.1", port: 0 },
    { uid: 3, hotkey: "port too high", ip: "1.1.1.1", port: 65_536 },
    { uid: 4, hotkey: "broken port", ip: "1.1.1.1", port: 80.5 },
    { uid: 5, hotkey: "name", ip: "localhost", port: 80 },
    { uid: 6, hotkey: "unset", ip: "0.0.0.0", port: 80 },
    { uid: 7, hotkey: "loopback", ip: "127.0.0.1", port: 80 },
    { uid: 8, hotkey: "v4", ip: "1.1.1.1", port: 65_535 },
    { uid: 9, hotkey: "v6", ip: "2606:4700::1111", port: 1 },
  ];
  const links = (allowPrivate: boolean) => {
    const { dialer, listener } = dialWorld(t, { allowPrivate });
    dialer.refresh(miners);
    return listener.of("opened").map(({ link }) => link.hotkey);
  };
  assert.deepEqual(links(false), ["v4", "v6"]);
  assert.deepEqual(links(true), ["loopback", "v4", "v6"]);
});

test("miners past the bound are left out", (t) => {
  const { dialer } = dialWorld(t, { maxMiners: 2 });
  dialer.refresh([minerAt(1, "a"), minerAt(1, "b"), minerAt(1, "c")]);
  assert.equal(dialer.count(), 2);
});

test("an ended link cuts its requests, tells nothing of them and sends nothing more", async (t) => {
  const held: ServerResponse[] = [];
  let cut = 0;
  const port = await endpoint(t, (_request, response) => {
    response.on("close", () => cut++);
    held.push(response);
  });
  const world = dialWorld(t, { capacity: 1 });
  world.dialer.refresh([minerAt(port)]);
  const link = world.listener.link("a");
  link.send(order(1));
  await until(() => held.length === 1);
  link.close("suspended");
  link.close("gone");
  await until(() => cut === 1);
  assert.equal(link.send(order(2)), 0);
  assert.equal(link.writable, false);
  await world.dialer.close();
  assert.deepEqual(world.listener.story, ["opened", "closed suspended"]);
});

test("close ends every link and its connections, and nothing is opened after it", async (t) => {
  const open = new Set<Socket>();
  const port = await endpoint(t, () => {});
  const raw = await rawEndpoint(t, (socket) => {
    open.add(socket);
    socket.resume();
    socket.on("close", () => open.delete(socket));
  });
  const world = dialWorld(t);
  world.dialer.refresh([minerAt(port, "a"), minerAt(raw, "b")]);
  world.listener.link("b").send(order(1));
  await until(() => open.size === 1);
  await world.dialer.close();
  await until(() => open.size === 0);
  world.dialer.refresh([minerAt(port, "a")]);
  assert.deepEqual(world.listener.story, [
    "opened",
    "opened",
    "closed shutting_down",
    "closed shutting_down",
  ]);
});

test("a listener that throws costs its answer alone", async (t) => {
  const port = await endpoint(t, async (request, response) => {
    const { job_id } = JSON.parse(await bodyOf(request)) as { job_id: string };
    json(response, { job_id, answer: 1 });
  });
  const world = dialWorld(t, { capacity: 1 });
  world.dialer.refresh([minerAt(port)]);
  const link = world.listener.link("a");
  const answered = world.listener.answered.bind(world.listener);
  world.listener.answered = () => {
    throw new TypeError("broken");
  };
  link.send(order(1));
  await until(() => link.writable);
  world.listener.answered = answered;
  link.send(order(2));
  await until(() => world.listener.of("answered").length === 1);
});

/** A port that opens when the test says so, and answers each job with its time left. */
async function restarting(
  t: TestContext,
): Promise<{ port: number; start: () => Promise<void>; jobs: string[] }> {
  const port = Number(await freePort());
  const jobs: string[] = [];
  const server = createServer(async (request, response) => {
    const { job_id, deadline_ms } = JSON.parse(await bodyOf(request)) as {
      job_id: string;
      deadline_ms: number;
    };
    jobs.push(job_id);
    json(response, { job_id, answer: deadline_ms });
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const start = async (): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  return { port, start, jobs };
}

test("a miner that restarts keeps its jobs within the grace period, and gets no others meanwhile", async (t) => {
  const { port, start } = await restarting(t);
  const world = dialWorld(t, { graceMs: 10_000 });
  world.dialer.refresh([minerAt(port)]);
  const link = world.listener.link("a");
  link.send({ ...order(1), deadline_ms: 60_000 });
  link.send({ ...order(2), deadline_ms: 60_000 });
  await until(() => !link.writable);
  const signed = world.signed.length;
  await until(() => world.signed.length >= signed + 4);
  world.clock.advance(9999);
  await start();
  await until(() => world.listener.of("answered").length === 2);
  assert.deepEqual(world.listener.of("unreachable"), []);
  const left = world.listener.of("answered").map(({ answer }) => Number(answer.text()));
  assert.ok(
    left.every((ms) => ms <= 60_000 && ms >= 50_001),
    `${left} ms left`,
  );
  await until(() => link.writable);
  assert.equal(world.listener.story.filter((event) => event === "drained").length, 1);
  assert.equal(world.counts.get("assay_dial_outcomes_total", { outcome: "unreachable" }), 0);
});

test("a miner that is not back when the grace period is over is unreachable, with all of its lost jobs", async (t) => {
  const world = dialWorld(t, { graceMs: 10_000 });
  world.dialer.refresh([minerAt(Number(await freePort()))]);
  const link = world.listener.link("a");
  for (const n of [1, 2, 3]) link.send({ ...order(n), deadline_ms: 60_000 });
  await until(() => !link.writable);
  world.clock.advance(9999);
  const signed = world.signed.length;
  await until(() => world.signed.length >= signed + 6);
  assert.deepEqual(world.listener.of("unreachable"), []);
  world.clock.advance(1);
  await until(() => world.listener.of("unreachable").length === 3);
  assert.equal(link.writable, true);
  link.send(order(4));
  await until(() => world.listener.of("unreachable").length === 4);
});

test("a lost job whose deadline passes is a timeout, and the grace period goes on", async (t) => {
  const world = dialWorld(t, { graceMs: 10_000 });
  world.dialer.refresh([minerAt(Number(await freePort()))]);
  const link = world.listener.link("a");
  link.send({ ...order(1), deadline_ms: 2000 });
  await until(() => !link.writable);
  world.clock.advance(2000);
  await until(() => world.listener.of("failed").length === 1);
  assert.equal(world.listener.of("failed")[0]?.code, "timeout");
  assert.equal(link.writable, true);
  world.clock.advance(8000);
  link.send({ ...order(2), deadline_ms: 2000 });
  await until(() => world.listener.of("unreachable").length === 1);
});

test("a refusal is a failure with the code that it states, whatever else it says", async (t) => {
  const refusals: readonly (readonly [number, string, string])[] = [
    [404, '{"code":"kind_unknown"}', "kind_unknown"],
    [503, `{"code":"busy","job_id":"${jobId(1)}","answer":{}}`, "busy"],
    [400, `{"job_id":"${jobId(1)}","answer":{}}`, "handler_error"],
    [500, "oops", "handler_error"],
    [500, '{"code":"a sentence"}', "handler_error"],
    [302, '{"code":"kind_unknown"}', "handler_error"],
  ];
  for (const [status, body, code] of refusals) {
    const port = await endpoint(t, (_request, response) => void response.writeHead(status).end(body));
    const world = dialWorld(t);
    world.dialer.refresh([minerAt(port)]);
    world.listener.link("a").send(order(1));
    await until(() => world.listener.of("failed").length === 1);
    assert.equal(world.listener.of("failed")[0]?.code, code, `${status} ${body}`);
  }
});
