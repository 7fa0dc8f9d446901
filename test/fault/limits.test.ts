import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { clientOf, planted, submit } from "../support/lanes/sat/answers.ts";
import { dataDirWith, entry, removeDir, startValidator } from "../support/validator/validator.ts";

// What a machine may lack: a folder that can be written, descriptors.

/** Whom root's rights are given up for: they would pass over a folder's. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

function eachPath(dir: string): string[] {
  const below = readdirSync(dir, { recursive: true, encoding: "utf8" }).map((name) => join(dir, name));
  return [dir, ...below];
}

/** Runs `assay up` under a shell command that limits it, as somebody who is not root. */
function limited(dataDir: string, limit = "true") {
  if (isRoot) for (const path of eachPath(dataDir)) chownSync(path, NOBODY, NOBODY);
  const args = [process.execPath, entry, "up", "--data", dataDir, "--port", "0", "--log-level", "error"];
  const env = { ...process.env, ASSAY_OBSERVE_METRICS: "off" };
  const child = spawn("sh", ["-c", `${limit}; exec "$0" "$@"`, ...args], {
    env,
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  return { child, exited, stdout: () => out, stderr: () => err };
}

async function listening(of: {
  readonly stdout: () => string;
  readonly exited: Promise<unknown>;
}): Promise<URL> {
  let isOver = false;
  void of.exited.then(() => {
    isOver = true;
  });
  for (;;) {
    const url = /^listening on (\S+)$/m.exec(of.stdout())?.[1];
    if (url !== undefined) return new URL(url);
    if (isOver) throw new Error("it ended before it listened");
    await sleep(50);
  }
}

test("with no descriptor left nobody new is let in, those that are in are served, and all is well once some are free", async (t) => {
  const dir = dataDirWith({ http: { max_connections: 4096, per_address_connections: 4096 } });
  t.after(() => removeDir(dir));
  // A validator itself has some forty.
  const running = limited(dir, "ulimit -n 160");
  t.after(() => running.child.kill("SIGKILL"));
  const url = await listening(running);
  const alice = await clientOf(url.origin, "//Alice");
  const epoch = async () =>
    (await alice.signed("GET", "/v1/challenges?lane=sat&tier=1&offset=0&limit=1")).text;
  assert.match(await epoch(), /challenge_id/);

  const sockets: Socket[] = [];
  for (let i = 0; i < 300; i++) {
    const socket = connect({ host: url.hostname, port: Number(url.port) });
    socket.on("error", () => {});
    sockets.push(socket);
  }
  await sleep(1000);
  assert.equal(running.child.exitCode, null, running.stderr());
  for (const socket of sockets) socket.destroy();

  for (let tries = 0; ; tries++) {
    const answered = await epoch().catch(() => "");
    if (answered.includes("challenge_id")) break;
    assert.ok(tries < 200, "it does not come back");
    await sleep(100);
  }
  const { challengeId, right } = planted(alice.keypair.hotkey, 0);
  assert.equal((await submit(alice, challengeId, right)).status, 202);
  running.child.kill("SIGTERM");
  assert.deepEqual(await running.exited, [0, null], running.stderr());
  const again = await startValidator(dir);
  assert.equal(await again.stop(), 0);
});

test("with too few descriptors to work at all the start says so and leaves no half of anything", async (t) => {
  const dir = dataDirWith({});
  t.after(() => removeDir(dir));
  const first = await startValidator(dir);
  assert.equal(await first.stop(), 0);
  for (const most of [22, 28]) {
    const { exited, stdout, stderr, child } = limited(dir, `ulimit -n ${most}`);
    const url = listening({ exited, stdout }).catch(() => null);
    const which = await Promise.race([exited, url]);
    if (which instanceof URL) child.kill("SIGTERM");
    const [code, signal] = await exited;
    if (!(which instanceof URL)) assert.ok(code !== 0 || signal !== null, `${most}: ${stderr()}`);
  }
  const again = await startValidator(dir);
  assert.equal(await again.stop(), 0);
});

/** Takes or gives the right to write in the folder and its keys; what they hold stays writable. */
function setWritable(dir: string, mode: number): void {
  for (const folder of [dir, join(dir, "keys")]) chmodSync(folder, mode);
}

const contents = (dir: string): string[] =>
  eachPath(dir)
    .filter((path) => statSync(path).isFile() && !path.endsWith(".lock"))
    .map((path) => `${path} ${readFileSync(path).toString("base64")}`)
    .sort();

test("a read-only folder refuses the start, names the file and changes nothing", async (t) => {
  const dir = dataDirWith({});
  t.after(() => removeDir(dir));
  const first = await startValidator(dir);
  assert.equal(await first.stop(), 0);
  const before = contents(dir);
  setWritable(dir, 0o500);
  for (const path of eachPath(dir)) if (statSync(path).isFile()) chmodSync(path, 0o400);
  const refused = limited(dir);
  assert.deepEqual(await refused.exited, [1, null]);
  assert.match(refused.stderr(), /assay\.db/);
  assert.deepEqual(contents(dir), before);
});

test("a folder that becomes read-only while a validator runs stops no answer; what could not be signed is signed once it can", async (t) => {
  const dir = dataDirWith({ chain: { block_ms: 100, tempo: 10 } });
  t.after(() => removeDir(dir));
  const running = limited(dir);
  t.after(() => running.child.kill("SIGKILL"));
  const { origin } = await listening(running);
  const alice = await clientOf(origin, "//Alice");
  const latest = async () =>
    (await (await fetch(`${origin}/v1/weights/latest`)).json()) as { period?: number };
  const later = async (than: number): Promise<number> => {
    for (;;) {
      const { period = 0 } = await latest();
      if (period > than) return period;
      await sleep(50);
    }
  };
  const before = await later(0);
  setWritable(dir, 0o500);
  for (let seq = 0; seq < 20; seq++) {
    const { challengeId, right } = planted(alice.keypair.hotkey, seq);
    assert.equal((await submit(alice, challengeId, right)).status, 202);
    await sleep(100);
  }
  const during = (await latest()).period ?? 0;
  setWritable(dir, 0o700);
  assert.ok((await later(during)) > before);
  running.child.kill("SIGTERM");
  assert.deepEqual(await running.exited, [0, null], running.stderr());
});
