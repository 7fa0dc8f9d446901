import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Metrics } from "../../../src/core/metrics.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { PoolTaskKind, TaskOfKind } from "../../../src/flow/pool.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";
import { compact } from "../../../src/pool/compact.ts";
import { PoolFault } from "../../../src/pool/fault.ts";
import { WorkerPool } from "../../../src/pool/pool.ts";
import { Counts } from "../../support/counts.ts";
import { metricIn } from "../../support/observe/scrape.ts";

const entry = new URL("../../support/pool/worker.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "assay-pool-"));
after(() => rmSync(folder, { recursive: true }));

const deadlines = (ms: number): Record<PoolTaskKind, number> => ({
  signature: ms,
  claim: ms,
  check: ms,
  proofs: ms,
  render: ms,
  index: ms,
});

let journals = 0;
interface Given {
  threads?: number;
  deadlineMs?: number;
  batch?: number;
  queueMax?: number;
  entry?: URL;
}

async function open(t: TestContext, given: Given = {}) {
  const metrics = new Counts();
  return { metrics, ...(await openWith(t, metrics, given)) };
}

async function openWith(t: TestContext, metrics: Metrics, given: Given) {
  const journal = join(folder, `journal-${journals++}`);
  const { threads = 1, deadlineMs = 20_000, batch = 8, queueMax = 1000 } = given;
  const pool = await WorkerPool.open(
    {
      threads,
      entry: given.entry ?? entry,
      workerData: { journal },
      deadlineMs: deadlines(deadlineMs),
      batch,
      queueMax,
    },
    { clock: systemClock, log: silentLog, metrics },
  );
  t.after(() => pool.close());
  const ran = (): string[] => readFileSync(journal, "utf8").trimEnd().split("\n");
  return { pool, ran };
}

const check = (text: string): TaskOfKind<"check"> => ({
  kind: "check",
  lane: "sat",
  ref: { tier: 1, seed: 2n ** 62n },
  answer: { encoding: "text", bytes: Buffer.from(text) },
});
const signature = (message: string, signed: string): TaskOfKind<"signature"> => ({
  kind: "signature",
  scheme: "sr25519",
  publicKey: Buffer.alloc(32),
  message: Buffer.from(message),
  signature: Buffer.from(signed),
});
const faultOf = (code: PoolFault["code"]) => (error: unknown) =>
  error instanceof PoolFault && error.code === code;
const problemOf = (code: string) => (error: unknown) => error instanceof AssayError && error.code === code;

describe("worker pool", () => {
  it("runs every kind of task and brings back its own result", async (t) => {
    const { pool } = await open(t, { threads: 2 });
    const index = {
      kind: "index",
      secret: Buffer.from("secret"),
      hotkey: "h",
      epoch: 1,
      tier: 1,
      allotment: 1,
    } as const;
    const results = await Promise.all([
      pool.run(check("valid")),
      pool.run(check("wrong")),
      pool.run(signature("abc", "abc")),
      pool.run(signature("abc", "abd")),
      pool.run({ kind: "render", lane: "valid", ref: { tier: 1, seed: 0n } }),
      pool.run(index),
    ]);
    assert.deepEqual(results.slice(0, 5), [
      { outcome: "valid" },
      { outcome: "invalid", code: "solution_unsatisfied" },
      true,
      false,
      "valid",
    ]);
    assert.equal(Buffer.from(results[5]).toString(), "secr");
  });

  it("keeps many tasks in flight apart, whatever the batches", async (t) => {
    const { pool, ran } = await open(t, { threads: 2, batch: 7 });
    const texts = Array.from({ length: 500 }, (_, i) => (i % 3 === 0 ? `wrong ${i}` : `valid ${i}`));
    const verdicts = await Promise.all(texts.map((text) => pool.run(check(text))));
    for (const [i, verdict] of verdicts.entries()) {
      assert.equal(verdict.outcome, i % 3 === 0 ? "invalid" : "valid");
    }
    assert.deepEqual(ran().toSorted(), texts.toSorted());
  });

  it("shows how many tasks wait, checks as well as others, and counts each that is done", async (t) => {
    const registry = new MetricRegistry();
    const { pool } = await openWith(t, registry, { batch: 1 });
    const shown = async (name: string): Promise<number> => metricIn((await registry.expose()).body, name);
    const results = [pool.run(signature("a", "a")), pool.run(check("valid")), pool.run(check("valid"))];
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await shown("assay_pool_waiting"), 2);
    await Promise.all(results);
    assert.equal(await shown("assay_pool_tasks_total"), 3);
    assert.equal(await shown("assay_pool_waiting"), 0);
  });

  it("takes signatures before checks that came first", async (t) => {
    const { pool, ran } = await open(t, { batch: 2 });
    await Promise.all([
      ...Array.from({ length: 6 }, (_, i) => pool.run(check(`valid ${i}`))),
      pool.run(signature("a", "a")),
      pool.run(signature("b", "b")),
    ]);
    assert.deepEqual(ran().slice(0, 2), ["signature", "signature"]);
  });

  it("takes signatures of recognised answers before claims that came first", async (t) => {
    const { pool, ran } = await open(t, { batch: 2 });
    await Promise.all([
      ...Array.from({ length: 6 }, () => pool.run({ ...signature("c", "c"), kind: "claim" })),
      pool.run(signature("a", "a")),
      pool.run(signature("b", "b")),
    ]);
    assert.deepEqual(ran().slice(0, 3), ["signature", "signature", "claim"]);
  });

  it("lets checks in between when signatures never end", async (t) => {
    const { pool, ran } = await open(t, { batch: 2 });
    await Promise.all([
      ...Array.from({ length: 8 }, (_, i) => pool.run(signature(`m${i}`, `m${i}`))),
      ...Array.from({ length: 2 }, (_, i) => pool.run(check(`valid ${i}`))),
    ]);
    assert.ok(
      ran().lastIndexOf("signature") > ran().indexOf("valid 1"),
      "no kind goes twice in a row while another waits",
    );
  });

  it("rejects only the task that throws, with its cause", async (t) => {
    const { pool, metrics, ran } = await open(t);
    const tasks = ["valid 1", "throw 2", "valid 3", "throw 4"].map((text) => pool.run(check(text)));
    const settled = await Promise.allSettled(tasks);
    assert.deepEqual(
      settled.map((one) => one.status),
      ["fulfilled", "rejected", "fulfilled", "rejected"],
    );
    await assert.rejects(tasks[1] ?? Promise.resolve(), (error) => {
      return faultOf("check_crashed")(error) && String(error).includes("asked to throw: throw 2");
    });
    assert.equal(ran().length, 4);
    assert.equal(metrics.get("assay_pool_workers_lost_total"), 0);
    assert.equal(metrics.get("assay_pool_tasks_total", { outcome: "check_crashed" }), 2);
  });

  it("kills a worker whose task outlives its deadline, blames that task, and runs its neighbours again", async (t) => {
    const { pool, metrics, ran } = await open(t, { deadlineMs: 200, batch: 8 });
    const before = pool.run(check("valid before"));
    const fatal = pool.run(check("hang"));
    const behind = pool.run(check("valid behind"));
    await assert.rejects(fatal, faultOf("check_timeout"));
    assert.deepEqual([(await before).outcome, (await behind).outcome], ["valid", "valid"]);
    assert.equal(ran().filter((line) => line === "hang").length, 1);
    assert.equal(metrics.get("assay_pool_workers_lost_total", { why: "overdue" }), 1);
    assert.equal((await pool.run(check("valid later"))).outcome, "valid");
  });

  it("runs a task again whose worker died, once, and alone", async (t) => {
    const { pool, ran } = await open(t);
    const texts = ["valid 1", "exit-once", "valid 2", "valid 3"];
    const verdicts = await Promise.all(texts.map((text) => pool.run(check(text))));
    assert.ok(verdicts.every((verdict) => verdict.outcome === "valid"));
    assert.equal(ran().filter((line) => line === "exit-once").length, 2);
  });

  it("gives a task up when its worker died twice, and none of its neighbours", async (t) => {
    const { pool, ran, metrics } = await open(t, { threads: 2 });
    const fatalTasks = [pool.run(check("exit 1")), pool.run(check("exit 2"))];
    const neighbours = Array.from({ length: 20 }, (_, i) => pool.run(check(`valid ${i}`)));
    for (const fatal of fatalTasks) await assert.rejects(fatal, faultOf("worker_lost"));
    for (const neighbour of neighbours) assert.equal((await neighbour).outcome, "valid");
    assert.equal(ran().filter((line) => line.startsWith("exit")).length, 4);
    assert.equal(metrics.get("assay_pool_workers_lost_total", { why: "died" }), 4);
  });

  it("survives a task that eats all memory of its worker", async (t) => {
    const { pool } = await open(t);
    await assert.rejects(pool.run(check("memory")), faultOf("worker_lost"));
    assert.equal((await pool.run(check("valid"))).outcome, "valid");
  });

  it("settles every task exactly once in a storm of crashes", async (t) => {
    const { pool } = await open(t, { threads: 2, deadlineMs: 150 });
    const words = ["valid", "throw", "valid", "wrong", "exit", "valid", "hang", "wrong"];
    const texts = Array.from({ length: 24 }, (_, i) => `${words[(i * 5) % words.length]} ${i}`);
    const settled = await Promise.allSettled(texts.map((text) => pool.run(check(text))));
    const expected: Record<string, string> = {
      valid: "valid",
      wrong: "invalid",
      throw: "check_crashed",
      exit: "worker_lost",
      hang: "check_timeout",
    };
    for (const [i, one] of settled.entries()) {
      const word = texts[i]?.split(" ")[0] ?? "";
      const outcome = one.status === "fulfilled" ? one.value.outcome : (one.reason as PoolFault).code;
      assert.equal(outcome, expected[word], texts[i]);
    }
  });

  it("does not blame a worker for a main thread that was away", async (t) => {
    const { pool, metrics } = await open(t, { deadlineMs: 50 });
    const task = pool.run(check("valid"));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    const from = systemClock.monotonicMs();
    while (systemClock.monotonicMs() - from < 200);
    assert.equal((await task).outcome, "valid");
    assert.equal(metrics.get("assay_pool_workers_lost_total"), 0);
  });

  it("refuses tasks past its queue as busy, and serves again afterwards", async (t) => {
    const { pool, metrics } = await open(t, { queueMax: 3 });
    const taken = [1, 2, 3].map((i) => pool.run(check(`valid ${i}`)));
    await assert.rejects(pool.run(check("valid 4")), problemOf("busy"));
    assert.equal(await pool.run(signature("a", "a")), true, "kinds do not crowd each other out");
    await Promise.all(taken);
    assert.equal((await pool.run(check("valid 5"))).outcome, "valid");
    assert.equal(metrics.get("assay_pool_refused_total", { kind: "check" }), 1);
  });

  it("rejects the tasks left when it is closed, and every later one", async (t) => {
    const { pool } = await open(t, { batch: 1 });
    const tasks = [pool.run(check("hang")), pool.run(check("valid"))];
    const settled = Promise.allSettled(tasks);
    await new Promise(setImmediate);
    await pool.close();
    for (const one of await settled) {
      assert.ok(one.status === "rejected" && problemOf("shutting_down")(one.reason));
    }
    await assert.rejects(pool.run(check("valid")), problemOf("shutting_down"));
    await pool.close();
  });

  it("does not open over an entry that cannot start, and says why", async (t) => {
    const missing = new URL("../../support/no-such-worker.ts", import.meta.url);
    await assert.rejects(open(t, { entry: missing }), (error) => {
      return problemOf("failed")(error) && String(error).includes("no-such-worker");
    });
  });

  it("refuses a pool of no threads", async (t) => {
    await assert.rejects(open(t, { threads: 0 }), /threads 0/);
  });

  it("backs off from workers that die at once, and rejects the waiting tasks", async (t) => {
    // Dies on every start but the first, so that the pool opens and then loses its worker for good.
    const flag = join(folder, "started");
    const source = `
      import { existsSync, writeFileSync } from "node:fs";
      import { parentPort } from "node:worker_threads";
      if (existsSync(${JSON.stringify(flag)})) process.exit(1);
      writeFileSync(${JSON.stringify(flag)}, "");
      parentPort.on("message", (message) => { if (message.tasks) process.exit(1); });
      parentPort.postMessage("ready");
    `;
    const dying = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    const { pool } = await open(t, { entry: dying });
    const from = systemClock.monotonicMs();
    await assert.rejects(pool.run(check("valid")), faultOf("worker_lost"));
    // Four waits that double from 100 ms lie before the fifth failure in a row.
    assert.ok(systemClock.monotonicMs() - from >= 1400, "the waits between the starts were kept");
  });
});

describe("tasks on their way to a worker", () => {
  const pooled = Buffer.from("before|wanted|after").subarray(7, 13);

  it("own their bytes, so that no surrounding bytes are copied with them", () => {
    const task = compact({
      kind: "check",
      lane: "sat",
      ref: { tier: 1, seed: 0n },
      answer: { encoding: "text", bytes: pooled },
    });
    assert.ok(task.kind === "check");
    assert.equal(Buffer.from(task.answer.bytes).toString(), "wanted");
    assert.equal(task.answer.bytes.buffer.byteLength, 6);
    const bytes = { publicKey: pooled, message: pooled, signature: pooled };
    const signed = compact({ kind: "signature", scheme: "ed25519", ...bytes });
    assert.ok(signed.kind === "signature" && signed.scheme === "ed25519");
    for (const bytes of [signed.publicKey, signed.message, signed.signature]) {
      assert.equal(bytes.buffer.byteLength, 6);
    }
  });

  it("are not copied when they own their bytes already", () => {
    const bytes = new Uint8Array(5);
    const task = compact({
      kind: "check",
      lane: "sat",
      ref: { tier: 1, seed: 0n },
      answer: { encoding: "bitset", bytes },
    });
    assert.ok(task.kind === "check" && task.answer.bytes === bytes);
  });
});
