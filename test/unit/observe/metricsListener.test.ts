import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { tryBind } from "../../../src/observe/bind.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";
import type { MetricsAddress } from "../../../src/observe/metricsAddress.ts";
import { MetricsListener } from "../../../src/observe/metricsListener.ts";
import { ask } from "../../support/observe/scrape.ts";
import { until } from "../../support/until.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

const loopback = (port: number): MetricsAddress => ({ host: "127.0.0.1", port });

/** A listener over a registry with one counter, and what it logged. */
async function open(t: TestContext, address: MetricsAddress, retryMs = 5) {
  const registry = new MetricRegistry();
  registry.counter("assay_things_total", "Things").add();
  const logged: { event: string; data: Record<string, unknown> }[] = [];
  const note = (event: string, data: object = {}): void => void logged.push({ event, data: { ...data } });
  const log = { ...silentLog, info: note, error: note };
  const listener = await MetricsListener.open(
    { address, retryMs },
    { expose: () => registry.expose(), log, waitMs: () => 0 },
  );
  t.after(() => listener.close());
  return { listener, logged };
}

async function portOf(listener: MetricsListener): Promise<{ port: number }> {
  const address = listener.address;
  return address !== null && "port" in address ? { port: address.port } : assert.fail("it does not listen");
}

/** Holds a free port of this host until it is let go. */
async function occupied(t: TestContext): Promise<{ port: number; free: () => Promise<void> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const free = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  t.after(free);
  return { port: (server.address() as AddressInfo).port, free };
}

/** The socket of a process that was killed. */
async function leaveStale(path: string): Promise<void> {
  const child = fork(new URL("../../support/observe/holdSocket.ts", import.meta.url), [path]);
  await once(child, "message");
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.ok(existsSync(path));
}

describe("the listener for metrics", () => {
  it("serves the exposition over TCP, and says where it listens", async (t) => {
    const { listener, logged } = await open(t, loopback(0));
    const { port } = await portOf(listener);
    const { status, headers, body } = await ask({ port });
    assert.equal(status, 200);
    assert.match(String(headers["content-type"]), /^text\/plain; version=/);
    assert.match(body, /^assay_things_total 1$/m);
    assert.deepEqual(logged, [
      { event: "metrics_listening", data: { at: `http://127.0.0.1:${port}/metrics` } },
    ]);
  });

  it("serves it over a socket that its owner alone can open, and takes the socket away at its end", async (t) => {
    const socketPath = join(dir, "run", "served.sock");
    const mask = process.umask(0);
    const { listener, logged } = await open(t, { socket: socketPath });
    assert.equal(process.umask(mask), 0, "the mask of the process is as it was");
    assert.equal(statSync(socketPath).mode & 0o777, 0o600);
    assert.match((await ask({ socketPath })).body, /^assay_things_total 1$/m);
    assert.equal(logged[0]?.data.at, `unix:${socketPath}`);
    await listener.close();
    assert.ok(!existsSync(socketPath));
  });

  it("takes GET and HEAD of /metrics without a body, and nothing else", async (t) => {
    const at = await portOf((await open(t, loopback(0))).listener);
    const head = await ask(at, { method: "HEAD" });
    assert.deepEqual([head.status, head.body], [200, ""]);
    assert.ok(Number(head.headers["content-length"]) > 0);
    assert.equal((await ask(at, { path: "/metrics?name=x" })).status, 200);
    for (const path of ["/", "/metrics/", "/v1/status", "/healthz"])
      assert.equal((await ask(at, { path })).status, 404, path);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask(at, { method });
      assert.deepEqual([status, headers.allow], [405, "GET, HEAD"], method);
    }
    assert.equal((await ask(at, { headers: { "content-length": "2" }, body: "{}" })).status, 413);
    assert.equal((await ask(at, { headers: { "x-long": "x".repeat(9000) } })).status, 431);
  });

  it("answers 500 where the exposition fails, and goes on", async (t) => {
    let fails = true;
    const logged: string[] = [];
    const listener = await MetricsListener.open(
      { address: loopback(0) },
      {
        expose: async () => {
          if (fails) throw new Error("no metrics");
          return { contentType: "text/plain", body: "all\n" };
        },
        log: { ...silentLog, error: (event) => logged.push(event) },
        waitMs: () => 0,
      },
    );
    t.after(() => listener.close());
    const at = await portOf(listener);
    assert.equal((await ask(at)).status, 500);
    assert.deepEqual(logged, ["metrics_failed"]);
    fails = false;
    assert.equal((await ask(at)).body, "all\n");
  });

  it("takes a token of the scraper's address first, and collects once for those that ask together", async (t) => {
    let collected = 0;
    let tokens = 5;
    const asked: string[] = [];
    const started = Promise.withResolvers<void>();
    const modules = {
      expose: async () => {
        collected++;
        await started.promise;
        return { contentType: "text/plain", body: "all\n" };
      },
      log: silentLog,
      waitMs: (address: string) => {
        asked.push(address);
        return tokens-- > 0 ? 0 : 2500;
      },
    };
    const listener = await MetricsListener.open({ address: loopback(0) }, modules);
    t.after(() => listener.close());
    const at = await portOf(listener);
    const together = Promise.all([ask(at), ask(at), ask(at), ask(at), ask(at)]);
    await until(() => asked.length === 5);
    started.resolve();
    assert.deepEqual(
      (await together).map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    assert.equal(collected, 1);
    const refused = await ask(at);
    assert.deepEqual([refused.status, refused.headers["retry-after"], collected], [429, "3", 1]);
    assert.deepEqual(new Set(asked), new Set(["127.0.0.1"]));
  });

  it("says once that its address is in use, and listens when it is free", async (t) => {
    const { port, free } = await occupied(t);
    const { listener, logged } = await open(t, loopback(port));
    assert.equal(listener.address, null);
    const { port: other } = await portOf((await open(t, loopback(0))).listener);
    assert.notEqual(other, port, "another listener is not kept from its own");
    await new Promise((resolve) => setTimeout(resolve, 25));
    assert.equal(logged.length, 1);
    assert.equal(logged[0]?.event, "metrics_not_listening");
    assert.match(
      String(logged[0]?.data.message),
      /^observe\.metrics: cannot listen at .*another process listens there; set observe\.metrics to .*port 0.*tries again/,
    );
    await free();
    await until(() => listener.address !== null);
    assert.match((await ask({ port })).body, /^assay_things_total 1$/m);
    assert.deepEqual(
      logged.map(({ event }) => event),
      ["metrics_not_listening", "metrics_listening"],
    );
  });

  it("tries no more once it is closed", async (t) => {
    const { port, free } = await occupied(t);
    const { listener } = await open(t, loopback(port));
    await listener.close();
    await free();
    await new Promise((resolve) => setTimeout(resolve, 25));
    assert.equal(listener.address, null);
    await tryBind(loopback(port));
  });

  it("cuts at its end who is still connected", async (t) => {
    const { listener } = await open(t, loopback(0));
    const socket = connect({ host: "127.0.0.1", ...(await portOf(listener)) });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write("GET /metrics HTTP/1.1\r\n");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await listener.close();
    await closed;
  });

  it("replaces a socket that a crash left", async (t) => {
    const socketPath = join(dir, "stale.sock");
    await leaveStale(socketPath);
    const { listener } = await open(t, { socket: socketPath });
    assert.notEqual(listener.address, null);
    assert.equal((await ask({ socketPath })).status, 200);
  });

  it("leaves alone a socket in use, and a file that is not a socket", async (t) => {
    const socketPath = join(dir, "live.sock");
    const first = await open(t, { socket: socketPath });
    // Each try is a connection to the first, which takes a few only.
    const second = await open(t, { socket: socketPath }, 200);
    assert.equal(second.listener.address, null);
    assert.match(String(second.logged[0]?.data.cause), /another process listens there/);
    assert.equal((await ask({ socketPath })).status, 200);
    await first.listener.close();
    await until(() => second.listener.address !== null);
    const file = join(dir, "file");
    writeFileSync(file, "kept");
    const third = await open(t, { socket: file });
    assert.match(String(third.logged[0]?.data.cause), /not a socket/);
    assert.equal(readFileSync(file, "utf8"), "kept");
  });
});

describe("a try at an address", () => {
  it("says why it cannot be bound, and leaves everything as it is", async (t) => {
    const { port, free } = await occupied(t);
    await assert.rejects(tryBind(loopback(port)), /another process listens there/);
    await free();
    await tryBind(loopback(port));
    await tryBind(loopback(port));
    const stale = join(dir, "left.sock");
    await leaveStale(stale);
    await tryBind({ socket: stale });
    assert.ok(existsSync(stale));
    const fresh = join(dir, "fresh.sock");
    await tryBind({ socket: fresh });
    await tryBind({ socket: join(dir, "no", "such", "folder.sock") });
    assert.ok(!existsSync(fresh) && !existsSync(join(dir, "no")));
    await assert.rejects(tryBind({ socket: join(dir, "x".repeat(200)) }));
  });
});
