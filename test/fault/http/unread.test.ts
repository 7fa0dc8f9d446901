import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpOptions } from "../../../src/http/server.ts";
import { dial, exchange, type Served, serve, statusOfRaw, wholeAnswer } from "../../support/http/server.ts";
import { until } from "../../support/until.ts";

// Clients that send and do not read: what is made and held for them is bounded, whatever they send.

const answerBytes = 1_048_576;
const text = "x".repeat(answerBytes);
const get = "GET /v1/challenges/x HTTP/1.1\r\nHost: x\r\n\r\n";
/** As many requests as the process reads of a connection at once. */
const flood = get.repeat(Math.floor(65_536 / get.length));
const last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/** A server whose answers are large, with a count of those that were made. */
async function world(t: TestContext, options: Partial<HttpOptions> = {}) {
  const state = { made: 0 };
  const challengeText = async () => {
    state.made++;
    return { text, etag: "e" };
  };
  const bounds = { maxConnections: 256, perAddressConnections: 256, ...options };
  return { state, server: await serve(t, { challengeText }, bounds) };
}

/** Connections that send as much as they can and read nothing. */
async function unread(t: TestContext, port: number, sockets: number, bytes: string): Promise<Socket[]> {
  const opened = await Promise.all(Array.from({ length: sockets }, () => dial(port)));
  for (const socket of opened) {
    socket.on("error", () => {});
    socket.pause();
    socket.write(bytes);
  }
  t.after(() => {
    for (const socket of opened) socket.destroy();
  });
  return opened;
}

/** The count once it has stood still. */
async function settled(count: () => number): Promise<number> {
  for (let before = -1, same = 0; ; before = count()) {
    same = count() === before ? same + 1 : 0;
    if (same === 10) return before;
    await sleep(50);
  }
}

async function metric(server: Served, name: string): Promise<number> {
  const { body } = await server.registry.expose();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(body)?.[1] ?? 0);
}

test("of thousands of pipelined requests whose answers nobody reads, one per connection is in work past what the kernel buffers", async (t) => {
  const { state, server } = await world(t);
  const sockets = 8;
  await unread(t, server.port, sockets, flood.repeat(2));
  const made = await settled(() => state.made);
  const requests = (2 * sockets * flood.length) / get.length;
  // The kernel takes some MiB of a connection that nobody reads; a tenth of what was asked for is far above that.
  assert.ok(made >= sockets && made < requests / 10, `${made} of ${requests} answers`);
  assert.equal(statusOfRaw(await exchange(server.port, last)), 200, "others are served meanwhile");
  assert.equal(await settled(() => state.made), made, "no more are made while nobody reads");
});

test("what all clients hold has one budget: past it those that have held for the longest are cut, and an honest client is served", async (t) => {
  const heldBytes = 4 * answerBytes;
  const { server } = await world(t, { heldBytes });
  const sockets = await unread(t, server.port, 16, flood);
  const cut = "assay_http_held_bytes_cut_total";
  while ((await metric(server, cut)) === 0) await sleep(20);
  assert.equal(statusOfRaw(await exchange(server.port, last)), 200);
  const whole = await exchange(server.port, get.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  assert.ok(whole.endsWith(text), "a large answer reaches a client that reads it");
  assert.ok((await metric(server, cut)) <= sockets.length);
});

test("a client that reads nothing of its answer is cut after the bound, even while it goes on sending; one that reads is not", async (t) => {
  const { server } = await world(t, { stalledMs: 400 });
  const [silent = assert.fail()] = await unread(t, server.port, 1, flood);
  const closed = new Promise((resolve) => silent.once("close", resolve));
  const trickle = setInterval(() => silent.write("G"), 50);
  t.after(() => clearInterval(trickle));
  await until(() => silent.destroyed);
  await closed;
  assert.equal(await metric(server, "assay_http_connections_stalled_total"), 1);
  const slow = await dial(server.port);
  let received = 0;
  slow.write(get.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  for await (const chunk of slow) {
    received += (chunk as Buffer).length;
    if (received < 40_000) await sleep(150);
  }
  assert.ok(received > answerBytes);
});

test("an address has its bound of connections, at it and one past it; a freed place is used again", async (t) => {
  const { server } = await world(t, { perAddressConnections: 3 });
  const kept = await Promise.all([1, 2, 3].map(() => dial(server.port)));
  const refused = await exchange(server.port, last);
  assert.equal(statusOfRaw(refused), 429);
  assert.match(refused, /\r\nretry-after: \d+\r\n/);
  assert.match(refused, /"code":"too_many_connections".*"limit":3/);
  assert.equal(await metric(server, "assay_http_address_connections_refused_total"), 1);
  kept[0]?.destroy();
  for (let status = 0; status !== 200; await sleep(10))
    status = statusOfRaw(await exchange(server.port, last));
  for (const socket of kept) socket.destroy();
});

test("a trusted proxy has no bound of its own", async (t) => {
  const { server } = await world(t, { perAddressConnections: 1, trustedProxies: ["127.0.0.1"] });
  const kept = await Promise.all([1, 2, 3].map(() => dial(server.port)));
  assert.equal(statusOfRaw(await exchange(server.port, last)), 200);
  for (const socket of kept) socket.destroy();
});

test("a thousand connections of one address leave room for another", async (t) => {
  // Below the thousand, and above the bound with what the kernel hands over at once (511).
  const { server } = await world(t, { maxConnections: 800, perAddressConnections: 100 });
  const attack = Array.from({ length: 1000 }, () => dial(server.port).catch(() => null));
  const sockets = await Promise.all(attack);
  for (const socket of sockets) socket?.on("error", () => {});
  const other = connect({ port: server.port, host: "127.0.0.1", localAddress: "127.0.0.2" });
  const answer = wholeAnswer(other);
  other.write(last);
  assert.equal(statusOfRaw(await answer), 200);
  for (const socket of sockets) socket?.destroy();
});
