import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { systemClock } from "../../../../src/core/clock.ts";
import { parseFraction } from "../../../../src/core/fraction.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { AnsweredJob } from "../../../../src/flow/job.ts";
import type { PushLane } from "../../../../src/flow/lane.ts";
import type { Pool, TaskOfKind } from "../../../../src/flow/pool.ts";
import type { Verdict } from "../../../../src/flow/verdict.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { WorkerPool } from "../../../../src/pool/pool.ts";
import { ProofVerifier, type ProofVerifierOptions } from "../../../../src/verify/proofs/proofVerifier.ts";
import { Counts } from "../../../support/counts.ts";
import { FakeClock } from "../../../support/fakeClock.ts";
import { namedPushLane } from "../../../support/lanes/namedPush.ts";
import { until } from "../../../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-proofs-"));
after(() => rmSync(folder, { recursive: true }));
const journal = join(folder, "journal");
const pool = await WorkerPool.open(
  {
    threads: 2,
    entry: new URL("../../../support/verify/proofWorker.ts", import.meta.url),
    workerData: { journal },
    deadlineMs: { signature: 1000, claim: 1000, check: 1000, proofs: 150, render: 1000, index: 1000 },
    batch: 4,
    queueMax: 100,
  },
  { clock: systemClock, log: silentLog, metrics: new Counts() },
);
after(() => pool.close());

const valid: Verdict = { outcome: "valid" };
const wrong: Verdict = { outcome: "invalid", code: "proof_rejected" };
type Outcome = Verdict["outcome"];

let made = 0;
function answered(more: Partial<AnsweredJob> = {}): AnsweredJob {
  const jobId = `jb_${(made++).toString(16).padStart(32, "0")}`;
  const hotkey = more.hotkey ?? `miner ${made}`;
  return {
    ...{ jobId, lane: "groth16", kind: "square", hotkey, input: { x: "3" }, answer: "valid" },
    draw: {
      ...{ epoch: 1, lane: "groth16", hotkey, work_id: jobId, class: "lane", rate: "20/500" },
      ...{ x: "0".repeat(16), sampled: true },
    },
    credit: 1,
    block: 7,
    startedAt: 0,
    ...more,
  };
}

type Proofs = TaskOfKind<"proofs">;

/** A pool whose batches end when, and as, the test says. */
class HeldPool implements Pool {
  readonly held: { task: Proofs; end: (verdicts: Verdict[]) => void; fail: (error: Error) => void }[] = [];
  readonly sizes: number[] = [];

  run(task: unknown): Promise<never> {
    const proofs = task as Proofs;
    this.sizes.push(proofs.items.length);
    return new Promise<Verdict[]>((end, fail) => {
      this.held.push({ task: proofs, end, fail });
    }) as Promise<never>;
  }

  /** Ends the oldest batch with one verdict per answer: `wrong` is invalid, the rest valid. */
  endNext(): void {
    const { task, end } = this.held.shift() ?? assert.fail("nothing is being checked");
    end(task.items.map(({ answer }) => (answer.startsWith("wrong") ? wrong : valid)));
  }

  async close(): Promise<void> {}
}

interface Given extends Partial<ProofVerifierOptions> {
  readonly pool?: Pool;
  readonly cost?: number;
  readonly freed?: () => void;
  readonly clock?: FakeClock;
  /** What is drawn of the lanes; all of it unless given. */
  readonly rate?: string;
}

/** With another rate. */
function laneAt(name: string, cost: number, rate: string): PushLane {
  const lane = namedPushLane(name, cost);
  return { ...lane, policy: { ...lane.policy, rate: parseFraction(rate) ?? assert.fail() } };
}

function make(t: TestContext | null, given: Given = {}) {
  const metrics = new Counts();
  const { rate = "1", cost = 1, running = 8, workers = Math.floor(running / 2) || 1, ...more } = given;
  const verifier = new ProofVerifier(
    { bound: 64, batchMax: 32, maxTries: 3, retryMs: 2, ...more, running, workers },
    {
      pool: given.pool ?? pool,
      lanes: new Map(["groth16", "other"].map((name) => [name, laneAt(name, cost, rate)])),
      clock: given.clock ?? systemClock,
      log: silentLog,
      metrics,
      soon: setImmediate,
      freed: given.freed ?? (() => {}),
    },
  );
  t?.after(() => verifier.drain(0));
  const verdicts = new Map<string, Verdict>();
  /** Gives it an answer; a second verdict for it is a failure. */
  const verify = (answer: string, more: Partial<AnsweredJob> = {}): string => {
    const made = answered({ answer, ...more });
    const job = { ...made, draw: { ...made.draw, rate } };
    verifier.verify(job, (verdict) => {
      assert.ok(!verdicts.has(job.jobId), "a second verdict");
      verdicts.set(job.jobId, verdict);
    });
    return job.jobId;
  };
  const outcome = (id: string): Outcome | undefined => verdicts.get(id)?.outcome;
  return { verifier, metrics, verdicts, verify, outcome };
}

/** Two turns of the event loop: whatever was to happen soon has happened. */
async function turn(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

const checksOf = (answer: string): string[] =>
  readFileSync(journal, "utf8")
    .split("\n")
    .filter((line) => line.split(", ").includes(answer));

describe("proof verifier", () => {
  it("reports each answer's own verdict, once", async (t) => {
    const { verifier, metrics, verdicts, verify, outcome } = make(t);
    const ids = ["valid", "wrong", "valid", "wrong"].map((answer) => verify(answer));
    await until(() => verdicts.size === 4);
    assert.deepEqual(ids.map(outcome), ["valid", "invalid", "valid", "invalid"]);
    assert.deepEqual(verdicts.get(ids[1] ?? ""), wrong);
    assert.equal(verifier.pendingUnits(), 0);
    assert.equal(metrics.get("assay_proofs_verified_total", { lane: "groth16", outcome: "invalid" }), 2);
  });

  it("spares the batch mates of one that throws, and ends it in error after three tries alone", async (t) => {
    const { metrics, verdicts, verify, outcome } = make(t, { cost: 0.5 });
    const [mate, poison, other] = ["valid mate", "throw", "wrong mate"].map((answer) => verify(answer));
    await until(() => verdicts.size === 3);
    assert.equal(outcome(mate ?? ""), "valid");
    assert.equal(outcome(other ?? ""), "invalid");
    assert.deepEqual(verdicts.get(poison ?? ""), { outcome: "error", code: "check_crashed" });
    assert.deepEqual(checksOf("throw"), ["valid mate, throw, wrong mate", "throw", "throw", "throw"]);
    assert.equal(checksOf("valid mate").length, 2, "once with it, once alone");
    assert.equal(metrics.get("assay_proof_faults_total", { code: "check_crashed" }), 3);
  });

  it("spares the mates of one that hangs and of one that kills its worker", async (t) => {
    const { verdicts, verify, outcome } = make(t);
    const hung = ["valid", "hang", "valid"].map((answer) => verify(answer));
    await until(() => verdicts.size === 3);
    const died = ["valid", "exit", "valid"].map((answer) => verify(answer));
    await until(() => verdicts.size === 6);
    assert.deepEqual(hung.map(outcome), ["valid", "error", "valid"]);
    assert.deepEqual(verdicts.get(hung[1] ?? ""), { outcome: "error", code: "check_timeout" });
    assert.deepEqual(died.map(outcome), ["valid", "error", "valid"]);
    assert.deepEqual(verdicts.get(died[1] ?? ""), { outcome: "error", code: "worker_lost" });
  });

  it("tries an answer whose own verdict is error again, alone, and no other of its batch", async (t) => {
    const { verdicts, verify } = make(t, { maxTries: 2 });
    verify("valid beside");
    const id = verify("missing");
    await until(() => verdicts.size === 2);
    assert.deepEqual(verdicts.get(id), { outcome: "error", code: "inputs_missing" });
    assert.deepEqual(checksOf("missing"), ["valid beside, missing", "missing"]);
  });

  it("lets an answer that had its error share no batch again, though others wait beside it", async (t) => {
    const held = new HeldPool();
    const { verify } = make(t, { pool: held, running: 0.4, cost: 0.1, retryMs: 0 });
    verify("missing");
    await turn();
    held.held.shift()?.end([{ outcome: "error", code: "inputs_missing" }]);
    // Four of these run and six wait; a timer set later than that of the retry fires after it.
    for (let i = 0; i < 10; i++) verify("valid");
    await sleep(5);
    const seen: string[][] = [];
    while (seen.flat().length < 11) {
      await until(() => held.held.length > 0);
      seen.push(held.held[0]?.task.items.map(({ answer }) => answer) ?? []);
      held.endNext();
    }
    assert.ok(seen.some((answers) => answers.length === 1 && answers[0] === "missing"));
  });

  it("spares the mates even where one try is all there is", async (t) => {
    const { verdicts, verify, outcome } = make(t, { maxTries: 1 });
    const ids = ["valid", "throw once", "valid"].map((answer) => verify(answer));
    await until(() => verdicts.size === 3);
    assert.deepEqual(ids.map(outcome), ["valid", "error", "valid"]);
  });

  it("does not count a pool that has no room, or is closing, against anyone", async (t) => {
    const refusals = [...Array(5).fill("busy"), ...Array(5).fill("shutting_down")];
    const crowded: Pool = {
      run: (task) => {
        const code = refusals.pop();
        return code === undefined
          ? pool.run(task)
          : Promise.reject(new AssayError({ code, retry_after_s: 1 }));
      },
      close: async () => {},
    };
    const { metrics, verdicts, verify, outcome } = make(t, { pool: crowded });
    const ids = ["valid patient", "wrong patient"].map((answer) => verify(answer));
    await until(() => verdicts.size === 2);
    assert.deepEqual(ids.map(outcome), ["valid", "invalid"]);
    assert.equal(metrics.get("assay_proof_faults_total"), 0);
    assert.deepEqual(checksOf("valid patient"), ["valid patient, wrong patient"], "and they stay together");
  });

  it("holds no more than its bound; what comes past it waits in the overflow and enters in order", async (t) => {
    const held = new HeldPool();
    let freed = 0;
    const given = { pool: held, bound: 4, running: 2, freed: () => freed++ };
    const { verifier, metrics, verdicts, verify } = make(t, given);
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push(verify("valid"));
    assert.equal(verifier.hasRoom(), true, "one below the bound");
    ids.push(verify("valid"));
    assert.equal(verifier.hasRoom(), false, "at the bound");
    assert.equal(metrics.get("assay_proofs_overflowed_total"), 0);
    for (let i = 0; i < 3; i++) ids.push(verify("valid"));
    assert.equal(verifier.pendingUnits(), 4);
    assert.equal(metrics.get("assay_proofs_overflowed_total"), 3);
    await turn();
    while (verdicts.size < 4) {
      held.endNext();
      await turn();
      assert.ok(verifier.pendingUnits() <= 4);
    }
    assert.deepEqual(
      [verifier.pendingUnits(), verifier.hasRoom(), freed],
      [3, true, 1],
      "the overflow is in",
    );
    while (verdicts.size < 7) {
      held.endNext();
      await turn();
    }
    assert.deepEqual([...verdicts.keys()], ids, "first in, first out");
    assert.equal(freed, 1, "told when room returned, and not again while there was room");
  });

  it("lets no answer in before those waiting in the overflow", async (t) => {
    const held = new HeldPool();
    const { verifier } = make(t, { pool: held, bound: 1, running: 1 });
    const order: string[] = [];
    verifier.verify(answered(), () => {
      order.push("first");
      verifier.verify(answered(), () => order.push("late"));
    });
    verifier.verify(answered(), () => order.push("waited"));
    await turn();
    for (let i = 0; i < 3; i++) {
      held.endNext();
      await turn();
    }
    assert.deepEqual(order, ["first", "waited", "late"]);
  });

  it("has no room while anything waits in the overflow, though its units would fit", async (t) => {
    const held = new HeldPool();
    const { verifier, verify } = make(t, { pool: held, bound: 4, running: 3, cost: 3 });
    verify("valid");
    assert.equal(verifier.hasRoom(), true, "3 of 4 units are held");
    verify("valid");
    assert.deepEqual([verifier.pendingUnits(), verifier.hasRoom()], [3, false]);
    await turn();
    held.endNext();
    await turn();
    assert.deepEqual([verifier.pendingUnits(), verifier.hasRoom()], [3, true]);
  });

  it("checks no more units at once than it may, in batches that leave each worker its share", async (t) => {
    const held = new HeldPool();
    const { verify } = make(t, { pool: held, running: 4, cost: 1 });
    for (let i = 0; i < 20; i++) verify("valid");
    await turn();
    assert.deepEqual(held.sizes, [2, 2]);
    held.endNext();
    await turn();
    assert.deepEqual(held.sizes, [2, 2, 2]);
  });

  it("keeps a batch whole while every worker is busy", async (t) => {
    const held = new HeldPool();
    const { verify } = make(t, { pool: held, running: 4, cost: 1 });
    for (let i = 0; i < 3; i++) {
      verify("valid");
      await turn();
    }
    for (let i = 0; i < 4; i++) verify("valid");
    await turn();
    assert.deepEqual(held.sizes, [1, 1, 1], "one unit is free, and nobody idles");
    held.endNext();
    await turn();
    assert.deepEqual(held.sizes, [1, 1, 1, 2]);
  });

  it("gives each of its workers as much, however many they are", async (t) => {
    for (const [workers, sizes] of [
      [1, [8]],
      [3, [2, 2, 2, 2]],
      [8, [1, 1, 1, 1, 1, 1, 1, 1]],
    ] as const) {
      const held = new HeldPool();
      const { verify, verdicts } = make(t, { pool: held, running: 4, workers, cost: 0.5, bound: 99 });
      // The first batch is clean, and the next may be twice as large.
      for (let i = 0; i < 4; i++) verify("valid");
      await turn();
      while (held.held.length > 0) held.endNext();
      await until(() => verdicts.size === 4);
      held.sizes.length = 0;
      for (let i = 0; i < 20; i++) verify("valid");
      await turn();
      assert.deepEqual(held.sizes, sizes);
    }
  });

  it("checks what costs more than all that may run at once, alone", async (t) => {
    const held = new HeldPool();
    const { verdicts, verify } = make(t, { pool: held, running: 2, cost: 9, bound: 4 });
    verify("valid");
    verify("valid");
    await turn();
    assert.deepEqual(held.sizes, [1]);
    held.endNext();
    await turn();
    held.endNext();
    await turn();
    assert.equal(verdicts.size, 2);
  });

  it("grows its batches while they are clean and full, and halves them for an invalid answer", async (t) => {
    const held = new HeldPool();
    const { verify } = make(t, { pool: held, cost: 0.01, batchMax: 20 });
    const checkTogether = async (answers: string[]): Promise<number[]> => {
      held.sizes.length = 0;
      for (const answer of answers) verify(answer);
      await turn();
      while (held.held.length > 0) held.endNext();
      await turn();
      return [...held.sizes];
    };
    const many = (count: number): string[] => Array<string>(count).fill("valid");
    assert.deepEqual(await checkTogether(many(4)), [4]);
    assert.deepEqual(await checkTogether(many(7)), [7], "clean, but not full");
    assert.deepEqual(await checkTogether(many(8)), [8]);
    assert.deepEqual(await checkTogether(many(16)), [16]);
    assert.deepEqual(await checkTogether(many(21)), [20, 1], "the most");
    assert.deepEqual(await checkTogether(["wrong", ...many(19)]), [20]);
    assert.deepEqual(await checkTogether(many(20)), [10, 10]);
  });

  it("never mixes lanes or kinds in a batch, and lets them take turns", async (t) => {
    const held = new HeldPool();
    const { verdicts, verify } = make(t, { pool: held, running: 2, cost: 0.5 });
    for (let i = 0; i < 8; i++) verify("valid");
    for (let i = 0; i < 2; i++) verify("valid", { kind: "cube" });
    for (let i = 0; i < 2; i++) verify("valid", { lane: "other" });
    await turn();
    const seen: string[] = [];
    while (verdicts.size < 12) {
      const [first] = held.held;
      seen.push(`${first?.task.lane} ${first?.task.of} ${first?.task.items.length}`);
      held.endNext();
      await turn();
    }
    assert.deepEqual(seen, ["groth16 square 4", "groth16 cube 2", "other square 2", "groth16 square 4"]);
  });

  it("sets a hotkey apart once it was caught, with what of it already waited, for an hour", async (t) => {
    const held = new HeldPool();
    const clock = new FakeClock(0);
    const { verdicts, verify } = make(t, { pool: held, running: 0.4, cost: 0.1, clock });
    const batches: string[] = [];
    const checkAll = async (): Promise<void> => {
      await turn();
      while (held.held.length > 0) {
        batches.push(held.held[0]?.task.items.map(({ answer }) => answer.split(" ")[1]).join("") ?? "");
        held.endNext();
        await turn();
      }
    };
    for (const name of ["c", "h", "h", "h", "c", "h", "c", "h"]) {
      verify(`${name === "c" ? "wrong" : "valid"} ${name}`, { hotkey: name });
    }
    await checkAll();
    assert.deepEqual(batches, ["chhh", "hh", "cc"]);
    for (const name of ["h", "c", "h"]) verify(`valid ${name}`, { hotkey: name });
    batches.length = 0;
    await checkAll();
    assert.deepEqual(batches.sort(), ["c", "hh"]);
    clock.advance(3_600_000);
    for (const name of ["h", "c"]) verify(`valid ${name}`, { hotkey: name });
    batches.length = 0;
    await checkAll();
    assert.deepEqual(batches, ["hc"]);
    assert.equal(verdicts.size, 13);
  });

  it("outlives a listener that throws", async (t) => {
    let calls = 0;
    const { verifier, verdicts, verify } = make(t, {
      bound: 1,
      freed: () => {
        throw new Error("freed");
      },
    });
    verifier.verify(answered(), () => {
      calls++;
      throw new Error("done");
    });
    verify("valid");
    await until(() => verdicts.size === 1);
    assert.equal(calls, 1);
  });

  it("drains: finishes what is under way, retries nothing, and says what it left", async () => {
    const held = new HeldPool();
    const { verifier, verdicts, verify } = make(null, {
      pool: held,
      running: 2,
      bound: 3,
      cost: 1,
      retryMs: 60_000,
    });
    for (let i = 0; i < 5; i++) verify("valid");
    await turn();
    const draining = verifier.drain(60_000);
    assert.equal(verifier.hasRoom(), false);
    held.held.shift()?.fail(new AssayError({ code: "shutting_down", retry_after_s: 1 }));
    await turn();
    while (held.held.length > 0) {
      held.endNext();
      await turn();
    }
    assert.equal(await draining, 2, "those whose check would have to be tried again");
    assert.equal(verdicts.size, 3);
    assert.equal(verifier.pendingUnits(), 0);
  });

  it("stops at its deadline, and a verdict that comes after it is reported to nobody", async () => {
    const held = new HeldPool();
    const { verifier, verdicts, verify } = make(null, { pool: held, running: 1, bound: 2 });
    for (let i = 0; i < 3; i++) verify("valid");
    await turn();
    assert.equal(await verifier.drain(0), 3);
    held.endNext();
    verify("valid");
    await turn();
    assert.deepEqual([verdicts.size, held.held.length], [0, 0]);
  });

  it("property: whatever happens, each answer has one verdict and the bounds hold", async () => {
    const step = fc.constantFrom("valid", "wrong", "verify", "end", "fail", "busy");
    const run = async (steps: string[]): Promise<void> => {
      const held = new HeldPool();
      const { verifier, verdicts, verify } = make(null, {
        pool: held,
        running: 3,
        bound: 6,
        cost: 0.7,
        retryMs: 0,
      });
      let given = 0;
      for (const one of steps) {
        if (one === "valid" || one === "wrong") verify(one, { hotkey: `m${given++ % 3}` });
        else if (held.held.length === 0) await turn();
        else if (one === "fail") held.held.shift()?.fail(new Error("crash"));
        else if (one === "busy") held.held.shift()?.fail(new AssayError({ code: "busy", retry_after_s: 1 }));
        else held.endNext();
        assert.ok(verifier.pendingUnits() <= 6);
        const checked = held.held.reduce((sum, { task }) => sum + task.items.length, 0);
        assert.ok(checked * 0.7 <= 3 + 1e-9, `${checked} at once`);
      }
      while (verdicts.size < given) {
        await turn();
        while (held.held.length > 0) held.endNext();
      }
      await turn();
      assert.deepEqual([verifier.pendingUnits(), verifier.hasRoom()], [0, true]);
      await verifier.drain(0);
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), run), { numRuns: 60 });
  });

  it("registers metrics that the registry takes", () => {
    const metrics = new MetricRegistry();
    const modules = { pool, lanes: new Map(), clock: systemClock, log: silentLog, metrics };
    new ProofVerifier(
      { bound: 1, running: 1, batchMax: 1, maxTries: 1, retryMs: 1 },
      { ...modules, soon: setImmediate, freed: () => {} },
    );
  });
});
