import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import {
  hello,
  joinStream,
  openStream,
  refusedStream,
  type StreamMiner,
} from "../../../support/http/stream/miner.ts";
import { jobId, order, type StreamWorld, serveStreams } from "../../../support/http/stream/server.ts";
import { until } from "../../../support/until.ts";

/** Lets the server check its streams `times` times. */
async function looks(world: StreamWorld, count: number): Promise<void> {
  const enough = world.looks() + count;
  await until(() => world.looks() >= enough);
}

/** Stops reading, so that what the server sends piles up. */
const deafen = (miner: StreamMiner): void => miner.ws.pause();

/** Connections that the server has at this moment. */
const connections = (world: StreamWorld): Promise<number> =>
  new Promise((resolve) => world.app.server.getConnections((_error, count) => resolve(count)));

const large = (n: number) => order(n, { a: "9".repeat(100_000) });

/** Sends jobs until the link is full; returns how many. */
function fill(world: StreamWorld, hotkey: string): number {
  const link = world.listener.link(hotkey);
  let sent = 0;
  while (link.writable) link.send(large(sent++));
  return sent;
}

/** Fills the link again and again until neither kernel takes any more, so that it stays full. */
async function clog(world: StreamWorld, hotkey: string): Promise<number> {
  let sent = 0;
  for (;;) {
    const drained = world.listener.of("drained").length;
    sent += fill(world, hotkey);
    await looks(world, 4);
    if (world.listener.of("drained").length === drained) return sent;
  }
}

test("a hello that does not come in time ends the stream, untold to the listener", async (t) => {
  const world = await serveStreams(t);
  const miner = await openStream(world.port, "a");
  world.clock.advance(9_999);
  await looks(world, 3);
  assert.deepEqual(miner.frames, []);
  world.clock.advance(1);
  assert.equal((await miner.next()).code, "hello_expected");
  assert.deepEqual(await miner.closed, { code: 1008, reason: "protocol" });
  assert.deepEqual(world.listener.story, []);
});

test("the validator pings every 20 s, and a miner that answers stays", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  for (let n = 1; n <= 6; n++) {
    world.clock.advance(19_999);
    await looks(world, 2);
    assert.equal(miner.pings, n - 1);
    world.clock.advance(1);
    await until(() => miner.pings === n);
    await looks(world, 2);
  }
  assert.deepEqual(world.listener.story, ["opened"]);
});

test("60 s without a frame end the stream, not a moment before", async (t) => {
  const world = await serveStreams(t);
  const miner = await openStream(world.port, "a", { autoPong: false, headers: { "x-hotkey": "a" } });
  miner.send(hello());
  await until(() => world.listener.story.length === 1);
  await looks(world, 2);
  world.clock.advance(59_999);
  await looks(world, 3);
  assert.deepEqual(world.listener.story, ["opened"]);
  world.clock.advance(1);
  assert.deepEqual(await miner.closed, { code: 4408, reason: "silent" });
  assert.deepEqual(world.listener.story, ["opened", "closed silent"]);
});

test("a stall of the process does not count against a miner", async (t) => {
  const world = await serveStreams(t, { streams: { lookMs: 250 } });
  const miner = await joinStream(world.port, "a");
  const young = await openStream(world.port, "b");
  world.clock.advance(600_000);
  await until(() => miner.pings === 1);
  young.send(hello());
  await looks(world, 3);
  assert.deepEqual(world.listener.story, ["opened", "opened"]);
});

test("any frame keeps the stream alive, an endless one does not", async (t) => {
  const world = await serveStreams(t);
  const miner = await openStream(world.port, "a", { autoPong: false, headers: { "x-hotkey": "a" } });
  miner.send(hello());
  for (let n = 0; n < 5; n++) {
    world.clock.advance(50_000);
    miner.send({ type: "fail", job_id: jobId(n), code: "busy" });
    await until(() => world.listener.of("failed").length === n + 1);
    await looks(world, 2);
  }
  const socket = (miner.ws as unknown as { _socket: NodeJS.WritableStream })._socket;
  socket.write(Buffer.from([0x81, 0xfe, 0x10, 0x00, 0, 0, 0, 0]));
  world.clock.advance(50_000);
  socket.write("{");
  await looks(world, 2);
  world.clock.advance(10_000);
  await until(() => world.listener.story.at(-1) === "closed silent");
});

test("a half-open stream ends silent, and its place is free", async (t) => {
  const world = await serveStreams(t, { streams: { maxStreams: 1 } });
  const miner = await joinStream(world.port, "a");
  deafen(miner);
  await looks(world, 2);
  world.clock.advance(60_000);
  await until(() => world.listener.story.at(-1) === "closed silent");
  await joinStream(world.port, "b");
});

test("a link is full past its bound, told once when it drained, and keeps every job in order", async (t) => {
  const world = await serveStreams(t, { streams: { highWaterBytes: 300_000 } });
  const miner = await joinStream(world.port, "a");
  const link = world.listener.link("a");
  link.send(large(0));
  link.send(large(1));
  assert.equal(link.writable, true);
  link.send(large(2));
  assert.equal(link.writable, false);
  await until(() => world.listener.of("drained").length === 1);
  assert.equal(link.writable, true);
  link.send(order(3));
  for (let n = 0; n < 4; n++) assert.equal((await miner.next()).job_id, jobId(n));
  assert.deepEqual(world.listener.story, ["opened", "drained"]);
});

test("a miner that does not read gets no replies, and is dropped as slow after 30 s", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  deafen(miner);
  await clog(world, "a");
  for (let n = 0; n < 3; n++) miner.send({ type: "ping" });
  await until(() => world.counts.get("assay_stream_replies_dropped_total") === 3);
  world.clock.advance(29_999);
  await looks(world, 3);
  assert.equal(world.listener.story.includes("closed slow"), false);
  miner.send({ type: "pong" });
  world.clock.advance(1);
  await until(() => world.listener.story.at(-1) === "closed slow");
  assert.equal(world.listener.link("a").send(order(1)), 0, "nothing goes out any more");
  miner.ws.terminate();
});

test("a reader that falls behind and catches up is kept", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  deafen(miner);
  const sent = await clog(world, "a");
  world.clock.advance(20_000);
  await looks(world, 2);
  miner.ws.resume();
  await until(() => world.listener.story.at(-1) === "drained");
  world.clock.advance(20_000);
  for (let n = 0; n < sent; n++) assert.equal((await miner.next()).type, "job");
  await looks(world, 2);
  assert.equal(world.listener.story.includes("closed slow"), false);
});

test("a new stream replaces the old one when it says hello, not before", async (t) => {
  const world = await serveStreams(t);
  const old = await joinStream(world.port, "a");
  const first = world.listener.link("a");
  const young = await openStream(world.port, "a");
  old.send({ type: "ping", id: "still" });
  assert.equal((await old.next()).re, "still");
  young.send(hello(3));
  assert.deepEqual(await old.closed, { code: 4409, reason: "replaced" });
  await until(() => world.listener.heard.length === 3);
  assert.deepEqual(world.listener.story, ["opened", "closed replaced", "opened"]);
  assert.equal(world.listener.heard[1]?.link, first);
  assert.equal(world.listener.link("a").capacity, 3);
  assert.equal(first.send(order(1)), 0);
  assert.equal(first.writable, false);
});

test("of streams that have not said hello, the newest of a hotkey stays", async (t) => {
  const world = await serveStreams(t);
  const [first, second] = [await openStream(world.port, "a"), await openStream(world.port, "a")];
  assert.deepEqual(await first.closed, { code: 4409, reason: "replaced" });
  second.send(hello());
  await until(() => world.listener.story.length > 0);
  assert.deepEqual(world.listener.story, ["opened"]);
});

test("what an ended stream still sends is not heard", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  const link = world.listener.link("a");
  miner.send({ type: "answer", job_id: jobId(1), answer: {} });
  await until(() => world.listener.of("answered").length === 1);
  link.close("suspended");
  link.close("gone");
  miner.send({ type: "answer", job_id: jobId(2), answer: {} });
  miner.send("{");
  assert.deepEqual(await miner.closed, { code: 4403, reason: "suspended" });
  assert.deepEqual(world.listener.story, ["opened", "answered", "closed suspended"]);
});

test("a listener may close a link while it is told of it", async (t) => {
  const world = await serveStreams(t);
  world.listener.opened = (link) => {
    world.listener.heard.push({ kind: "opened", link });
    link.close("suspended");
  };
  const miner = await openStream(world.port, "a");
  miner.send(hello());
  assert.equal((await miner.closed).code, 4403);
  assert.deepEqual(world.listener.story, ["opened", "closed suspended"]);
});

test("jobs of one turn of the event loop leave together", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  let chunks = 0;
  const raw = (miner.ws as unknown as { _socket: NodeJS.ReadableStream })._socket;
  raw.on("data", () => chunks++);
  const link = world.listener.link("a");
  for (let n = 0; n < 50; n++) link.send(order(n));
  for (let n = 0; n < 50; n++) assert.equal((await miner.next()).job_id, jobId(n));
  assert.ok(chunks < 5, `${chunks} reads`);
});

test("close ends every stream with 1001, refuses new ones, and does not wait for unresponsive miners", async (t) => {
  const world = await serveStreams(t);
  const [open, young, deaf] = [
    await joinStream(world.port, "a"),
    await openStream(world.port, "b"),
    await joinStream(world.port, "c"),
  ];
  deafen(deaf);
  await clog(world, "c");
  const closed = world.close(200);
  for (const miner of [open, young]) {
    assert.deepEqual(await miner.closed, { code: 1001, reason: "shutting_down" });
  }
  await closed;
  assert.equal(await connections(world), 0);
  assert.deepEqual(
    world.listener.of("closed").map(({ link, reason }) => [link.hotkey, reason]),
    [
      ["a", "shutting_down"],
      ["c", "shutting_down"],
    ],
  );
  deaf.ws.terminate();
});

test("a handshake that is under way when closing begins is refused with shutting_down", async (t) => {
  const gate = Promise.withResolvers<string>();
  let entered = 0;
  const world = await serveStreams(t, {
    authenticate: () => {
      entered++;
      return gate.promise;
    },
  });
  const refused = refusedStream(world.port, {});
  await until(() => entered === 1);
  const closed = world.close();
  gate.resolve("a");
  const { status, problem } = await refused;
  assert.deepEqual([status, problem.code], [503, "shutting_down"]);
  await closed;
});

test("a miner that vanishes at any stage is reported once, or not at all", async (t) => {
  const world = await serveStreams(t);
  const stages: readonly ((miner: StreamMiner) => void)[] = [
    () => {},
    (miner) => miner.send(hello()),
    (miner) => {
      miner.send(hello());
      miner.send({ type: "answer", job_id: jobId(1), answer: {} });
    },
    (miner) => miner.ws.close(),
    (miner) => {
      const socket = (miner.ws as unknown as { _socket: NodeJS.WritableStream })._socket;
      socket.write(Buffer.from([0x81, 0xfe, 0x10]));
    },
  ];
  for (const [i, stage] of stages.entries()) {
    const miner = await openStream(world.port, `${i}`);
    stage(miner);
    miner.ws.terminate();
    await once(miner.ws, "close");
    const ended = () => world.counts.get("assay_streams_ended_total");
    await until(() => ended() === i + 1);
    const told = world.listener.heard.filter(({ link }) => link.hotkey === `${i}`).map(({ kind }) => kind);
    assert.ok(told.length === 0 || (told[0] === "opened" && told.at(-1) === "closed"), told.join());
  }
});

test("a thousand hotkeys that join and leave at once leave nothing behind", async (t) => {
  const world = await serveStreams(t);
  const count = 1000;
  for (let begin = 0; begin < count; begin += 100) {
    const miners = await Promise.all(
      Array.from({ length: 100 }, (_, i) => joinStream(world.port, `${begin + i}`)),
    );
    for (const miner of miners) miner.ws.terminate();
  }
  await until(() => world.listener.of("closed").length === count);
  assert.equal(world.listener.of("opened").length, count);
  assert.equal(world.counts.get("assay_streams_ended_total", { reason: "gone" }), count);
});

test("one hotkey that reconnects a thousand times at once holds one stream", async (t) => {
  const world = await serveStreams(t, { streams: { maxStreams: 64 } });
  const count = 1000;
  for (let begin = 0; begin < count; begin += 20) {
    const miners = await Promise.all(Array.from({ length: 20 }, () => openStream(world.port, "a")));
    for (const miner of miners) miner.ws.send(JSON.stringify(hello()), () => {});
    await Promise.all(
      miners.slice(0, -1).map(({ ws }) => (ws.readyState === ws.CLOSED ? null : once(ws, "close"))),
    );
  }
  const { opened, closed } = {
    opened: world.listener.of("opened").length,
    closed: world.listener.of("closed").length,
  };
  assert.equal(opened - closed, 1, "one stands");
  let standing = 0;
  for (const { kind } of world.listener.heard) {
    standing += kind === "opened" ? 1 : kind === "closed" ? -1 : 0;
    assert.ok(standing === 0 || standing === 1, "never two at once");
  }
  assert.equal(world.listener.link("a").writable, true);
});

test("streams that were replaced and do not close hold few connections", async (t) => {
  const world = await serveStreams(t);
  const miners: StreamMiner[] = [];
  for (let n = 0; n < 300; n++) {
    const miner = await openStream(world.port, "a");
    deafen(miner);
    miners.push(miner);
  }
  await looks(world, 3);
  const held = await connections(world);
  assert.ok(held <= 257, `${held} connections`);
  for (const { ws } of miners) ws.terminate();
});
