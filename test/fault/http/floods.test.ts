import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import {
  hello,
  joinStream,
  openStream,
  refusedStream,
  type StreamMiner,
} from "../../support/http/stream/miner.ts";
import { order, serveStreams } from "../../support/http/stream/server.ts";
import { until } from "../../support/until.ts";

// Miners that send more than an honest one ever would: their streams end, and they get no strike for it.

test("pongs that nobody asked for end the stream past their allowance, and not at it", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  for (let n = 0; n < 120; n++) miner.ws.pong();
  miner.send({ type: "ping", id: "after" });
  assert.equal((await miner.next()).re, "after", "at the allowance the stream is open");
  miner.ws.pong();
  assert.deepEqual(await miner.closed, { code: 4429, reason: "flooding" });
  assert.equal(world.counts.get("assay_stream_floods_total", { kind: "pongs" }), 1);
  assert.ok(world.listener.story.includes("closed flooding"), world.listener.story.join());
});

test("as many pings at once as the allowance are answered", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  const { promise, resolve } = Promise.withResolvers<void>();
  let pongs = 0;
  miner.ws.on("pong", () => ++pongs === 120 && resolve());
  // In one piece, so that all of them wait for their pongs at once.
  const { _socket: socket } = miner.ws as unknown as { readonly _socket: Socket };
  socket.cork();
  for (let n = 0; n < 120; n++) miner.ws.ping();
  socket.uncork();
  assert.equal(await Promise.race([promise.then(() => "answered"), miner.closed]), "answered");
});

test("pings, small frames, pongs in JSON and bytes have their allowances too", async (t) => {
  const world = await serveStreams(t, { streams: { maxFrameBytes: 10_000, faultsPerMinute: 1_000_000 } });
  const floods: Record<string, (miner: StreamMiner) => void> = {
    pings: ({ ws }) => Array.from({ length: 121 }, () => ws.ping()),
    data: (miner) => Array.from({ length: 301 }, () => miner.send('{"type":"pong"}')),
    bytes: (miner) => Array.from({ length: 5 }, () => miner.send("x".repeat(9000))),
  };
  for (const [kind, flood] of Object.entries(floods)) {
    const miner = await joinStream(world.port, kind);
    flood(miner);
    assert.deepEqual(await miner.closed, { code: 4429, reason: "flooding" }, kind);
    assert.equal(world.counts.get("assay_stream_floods_total", { kind }), 1, kind);
  }
});

test("a miner that answers its jobs at once stays, however many they are", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a", 65_536);
  const link = world.listener.link("a");
  for (let n = 0; n < 1000; n++) {
    link.send(order(n));
    miner.send({ type: "answer", job_id: order(n).job_id, answer: { n } });
  }
  await until(() => world.listener.of("answered").length === 1000);
  miner.ws.close();
});

test("a message that does not become whole ends its stream, pongs or not; it counts to what clients hold", async (t) => {
  const heldBytes = 200_000;
  const world = await serveStreams(t, { http: { heldBytes } });
  const miner = await openStream(world.port, "a");
  miner.send(hello());
  await until(() => world.listener.story.includes("opened"));
  miner.ws.send("x".repeat(1000), { fin: false });
  let looks = world.looks();
  await until(() => world.looks() > looks + 1);
  world.clock.advance(19_999);
  miner.ws.pong();
  looks = world.looks();
  await until(() => world.looks() > looks + 2);
  assert.equal(miner.ws.readyState, miner.ws.OPEN);
  world.clock.advance(1);
  assert.deepEqual(await miner.closed, { code: 4408, reason: "unfinished" });

  const first = await joinStream(world.port, "b");
  const second = await joinStream(world.port, "c");
  first.ws.send("x".repeat(150_000), { fin: false });
  first.ws.ping();
  await new Promise((resolve) => first.ws.once("pong", resolve));
  second.ws.send("x".repeat(100_000), { fin: false });
  assert.equal((await first.closed).code, 1006, "who began first is cut");
  assert.equal(world.counts.get("assay_http_held_bytes_cut_total"), 1);
  second.ws.terminate();
});

test("an address has its bound of streams, at it and one past it, behind a proxy too", async (t) => {
  const http = { perAddressConnections: 2, trustedProxies: ["127.0.0.1"] };
  const world = await serveStreams(t, { http });
  const from = (ip: string) => ({ headers: { "x-hotkey": ip, "x-forwarded-for": ip } });
  const one = await openStream(world.port, "-", from("9.9.9.9"));
  await openStream(world.port, "-", from("[::ffff:9.9.9.9]:4711"));
  const refused = await refusedStream(world.port, from("9.9.9.9:1").headers);
  assert.deepEqual(
    [refused.status, refused.problem.code, refused.problem.limit],
    [429, "too_many_connections", 2],
  );
  const other = await openStream(world.port, "-", from("9.9.9.8"));
  other.ws.close();
  one.ws.close();
  await one.closed;
  for (let open = false; !open; ) {
    open = await openStream(world.port, "-", from("9.9.9.9")).then(
      () => true,
      () => false,
    );
  }
});
