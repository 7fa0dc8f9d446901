import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { EventHub, type EventHubOptions } from "../../../../src/http/events/hub.ts";
import { startHttp } from "../../../../src/http/server.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { FakeClock } from "../../../support/fakeClock.ts";
import { standIn } from "../../../support/http/server.ts";
import { metricIn } from "../../../support/observe/scrape.ts";

async function world(t: TestContext, options: Partial<EventHubOptions> = {}) {
  const metrics = new MetricRegistry();
  const hub = new EventHub({ streams: 4, ...options }, { clock: new FakeClock(1), metrics });
  const server = await startHttp(
    {
      ...{ host: "127.0.0.1", port: 0, maxBodyBytes: 65_536, bodyDeadlineMs: 5000, maxConnections: 512 },
      ...{ perAddressConnections: 4096, trustedProxies: [], version: "0.0.1" },
    },
    { handlers: standIn(), log: silentLog, metrics, events: hub },
  );
  t.after(() => server.close(0));
  const metric = async (name: string) => metricIn((await metrics.expose()).body, name);
  return { hub, server, url: `${server.url}/v1/events`, metric };
}

/** Reads a stream until `done` says so of all that has come, or it ends. */
async function read(answer: Response, done: (text: string) => boolean): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  if (answer.body === null) return text;
  const reader = answer.body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    text += decoder.decode(step.value, { stream: true });
    if (done(text)) break;
  }
  reader.releaseLock();
  return text;
}

const until = (answer: Response, ...parts: string[]) =>
  read(answer, (text) => parts.every((part) => text.includes(part)));
const idsIn = (text: string): number[] => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

test("a stream begins with the newest overview and tells each event with a rising number", async (t) => {
  const { hub, url } = await world(t);
  hub.publish("overview", '{"at":1}');
  hub.publish("overview", '{"at":2}');
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  hub.publish("strike", '{"hotkey":"5A","id":"st_1","block":7}');
  const text = await until(answer, "st_1");
  assert.ok(text.startsWith("retry: 3000\n\nid: "), text);
  assert.ok(!text.includes('{"at":1}'), "an older overview is worth nothing");
  assert.match(
    text,
    /id: \d+\nevent: overview\ndata: \{"at":2\}\n\nid: \d+\nevent: strike\ndata: \{.*\}\n\n$/,
  );
  const [first = 0, second = 0] = idsIn(text);
  assert.ok(second > first);
  await answer.body?.cancel();
});

test("a reader that comes back gets what it missed, and the newest overview, under numbers that still rise", async (t) => {
  const { hub, url } = await world(t);
  const answer = await fetch(url);
  for (const period of [1, 2, 3]) hub.publish("weights", `{"period":${period}}`);
  const text = await until(answer, '"period":3');
  await answer.body?.cancel();
  hub.publish("overview", '{"at":9}');
  hub.publish("weights", '{"period":4}');
  const headers = { "last-event-id": `${idsIn(text)[1]}` };
  const again = await fetch(url, { headers });
  const missed = await until(again, '{"at":9}');
  assert.deepEqual(
    [...missed.matchAll(/"period":(\d)/g)].map(([, period]) => period),
    ["3", "4"],
  );
  assert.ok(!missed.includes("event: reset"));
  const ids = idsIn(missed);
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  );
  await again.body?.cancel();
});

test("a number that is not held any more, of another start, or none at all is answered with a reset", async (t) => {
  const { hub, url } = await world(t, { held: 2 });
  const first = await fetch(url);
  for (const period of [1, 2, 3, 4]) hub.publish("weights", `{"period":${period}}`);
  const seen = idsIn(await until(first, '"period":4'));
  await first.body?.cancel();
  for (const id of [`${seen[0]}`, "17", "99999999999999", "soon"]) {
    const answer = await fetch(url, { headers: { "last-event-id": id } });
    const text = await until(answer, "event: reset");
    assert.match(text, /id: \d+\nevent: reset\ndata: \{\}\n\n/, id);
    assert.ok(!text.includes('"period"'), id);
    await answer.body?.cancel();
  }
  const held = await fetch(url, { headers: { "last-event-id": `${seen[1]}` } });
  assert.ok(!(await until(held, '"period":4')).includes("reset"));
  await held.body?.cancel();
});

test("beyond the bound a stream is refused with 503 until one ends", async (t) => {
  const { hub, url, metric } = await world(t, { streams: 2 });
  const open = [await fetch(url), await fetch(url)];
  assert.equal(await metric("assay_event_streams"), 2);
  const refused = await fetch(url);
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const { code } = (await refused.json()) as { code: string };
  assert.equal(code, "too_many_event_streams");
  assert.equal(await metric("assay_event_streams_refused_total"), 1);
  await open[0]?.body?.cancel();
  while (hub.readers > 1) await new Promise((resolve) => setImmediate(resolve));
  const next = await fetch(url);
  assert.equal(next.status, 200);
  await next.body?.cancel();
  await open[1]?.body?.cancel();
});

test("comments keep a silent stream open, and a stopping server ends it with the time to come back", async (t) => {
  const { url, server } = await world(t, { commentMs: 10 });
  const answer = await fetch(url);
  await until(answer, ":\n\n");
  const rest = read(answer, () => false);
  await server.close(60_000);
  assert.ok((await rest).endsWith("retry: 3000\n\n"));
});

test("HEAD opens no stream", async (t) => {
  const { url, hub } = await world(t);
  const answer = await fetch(url, { method: "HEAD" });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  assert.equal(hub.readers, 0);
});

/** A reader whose client reads nothing: what is written to it stays. */
class StuckReader extends EventEmitter {
  readonly written: Buffer[] = [];
  destroyed = false;
  ended = 0;

  get writableLength(): number {
    return this.written.reduce((sum, { length }) => sum + length, 0);
  }

  write(bytes: Buffer): void {
    this.written.push(bytes);
  }

  end(bytes: Buffer): void {
    this.written.push(bytes);
    this.ended++;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

test("nothing is written to a reader whose stream was ended, or whose client has left", async () => {
  const hub = new EventHub(
    { streams: 4, commentMs: 1 },
    { clock: new FakeClock(1), metrics: new MetricRegistry() },
  );
  const [gone, stuck] = [new StuckReader(), new StuckReader()];
  gone.destroy();
  for (const reader of [gone, stuck]) hub.add(reader as unknown as ServerResponse, null);
  assert.equal(gone.written.length, 0);
  assert.equal(hub.readers, 1);
  hub.close();
  const { length } = stuck.written;
  await new Promise((resolve) => setTimeout(resolve, 20));
  hub.publish("weights", "{}");
  hub.close();
  assert.equal(stuck.written.length, length);
  assert.equal(stuck.ended, 1);
});

test("200 readers that read nothing hold one copy of each event, and are cut off at the bound, not before", async () => {
  const metrics = new MetricRegistry();
  const unread = 10_000;
  const hub = new EventHub({ streams: 200, unread, held: 16 }, { clock: new FakeClock(1), metrics });
  const readers = Array.from({ length: 200 }, () => new StuckReader());
  for (const reader of readers) hub.add(reader as unknown as ServerResponse, null);
  const big = JSON.stringify({ text: "x".repeat(900) });
  for (let i = 0; i < 10; i++) hub.publish("weights", big);
  assert.equal(hub.readers, 200, "below the bound nobody is cut off");
  const kept = new Set(readers.flatMap(({ written }) => written));
  assert.ok(kept.size <= 11, `${kept.size} buffers for 200 readers`);
  for (let i = 0; i < 30; i++) hub.publish("weights", big);
  assert.equal(hub.readers, 0);
  for (const reader of readers) {
    assert.ok(reader.destroyed);
    assert.ok(reader.writableLength <= unread, `${reader.writableLength} bytes`);
  }
  const { body } = await metrics.expose();
  assert.equal(metricIn(body, "assay_event_streams_dropped_total"), 200);
  assert.equal(metricIn(body, "assay_event_streams"), 0);
});
