import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../../src/core/clock.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { Pool } from "../../../../src/flow/pool.ts";
import type { PendingSubmission } from "../../../../src/flow/submission.ts";
import type { Verdict } from "../../../../src/flow/verdict.ts";
import { WorkerPool } from "../../../../src/pool/pool.ts";
import { SubmissionVerifier } from "../../../../src/verify/submissions/submissionVerifier.ts";
import { Counts } from "../../../support/counts.ts";
import { pendingSubmission } from "../../../support/flow/submission.ts";
import { namedLane } from "../../../support/lanes/named.ts";
import { until } from "../../../support/until.ts";

const entry = new URL("../../../support/pool/worker.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "assay-verifier-"));
after(() => rmSync(folder, { recursive: true }));
const journal = join(folder, "journal");

const pool = await WorkerPool.open(
  {
    threads: 2,
    entry,
    workerData: { journal },
    deadlineMs: { signature: 1000, claim: 1000, check: 150, proofs: 1000, render: 1000, index: 1000 },
    batch: 4,
    queueMax: 100,
  },
  { clock: systemClock, log: silentLog, metrics: new Counts() },
);
after(() => pool.close());
const runsOf = (text: string): number =>
  readFileSync(journal, "utf8")
    .split("\n")
    .filter((line) => line === text).length;

const storeDown = () => new AssayError({ code: "store_unavailable", retry_after_s: 1 });

/** The rows of a store that a verifier sees, with faults on demand. */
class Rows {
  readonly rows = new Map<string, PendingSubmission>();
  readonly tries = new Map<string, number>();
  readonly concluded: { receiptId: string; verdict: Verdict | null }[] = [];
  /** How many of the next calls fail. */
  failConclude = 0;
  failTries = 0;
  /** The row that the store takes no end of, and how often it was tried. */
  poison: { readonly receiptId: string; tries: number } | null = null;

  add(submission: PendingSubmission): PendingSubmission {
    this.rows.set(submission.receiptId, submission);
    return submission;
  }

  async pending(limit: number, except: ReadonlySet<string>): Promise<PendingSubmission[]> {
    return [...this.rows.values()].filter((row) => !except.has(row.receiptId)).slice(0, limit);
  }

  async countTry(receiptId: string): Promise<number> {
    if (this.failTries-- > 0) throw storeDown();
    const tries = (this.tries.get(receiptId) ?? 0) + 1;
    this.tries.set(receiptId, tries);
    return tries;
  }

  conclude = async (submission: PendingSubmission, verdict: Verdict | null): Promise<void> => {
    if (this.failConclude-- > 0) throw storeDown();
    if (this.poison?.receiptId === submission.receiptId) {
      this.poison.tries++;
      throw new RangeError("constraint");
    }
    this.concluded.push({ receiptId: submission.receiptId, verdict });
    this.rows.delete(submission.receiptId);
  };

  outcomeOf(receiptId: string): string | null | undefined {
    const found = this.concluded.filter((one) => one.receiptId === receiptId);
    assert.ok(found.length <= 1, `${receiptId} was concluded ${found.length} times`);
    const [one] = found;
    return one === undefined ? undefined : (one.verdict?.outcome ?? null);
  }
}

interface Given {
  concurrency?: number;
  pendingFactor?: number;
  cost?: number;
  pool?: Pool;
  seedOf?: (submission: PendingSubmission) => bigint | null;
}

function make(t: TestContext, given: Given = {}) {
  const rows = new Rows();
  const metrics = new Counts();
  const { concurrency = 4, pendingFactor = 4, cost = 1 } = given;
  const verifier = new SubmissionVerifier(
    { concurrency, pendingFactor, maxTries: 3, retryMs: 2 },
    {
      pool: given.pool ?? pool,
      lanes: new Map([["sat", namedLane("sat", cost)]]),
      store: rows,
      seedOf: given.seedOf ?? (() => 7n),
      conclude: rows.conclude,
      clock: systemClock,
      log: silentLog,
      metrics,
    },
  );
  t.after(() => verifier.drain(0));
  let made = 0;
  /** Records a submission and gives it to the verifier, as admission would. */
  const submit = (text: string, more: Partial<PendingSubmission> = {}): string => {
    const submission = rows.add(pendingSubmission({ receiptId: `rc_${made++} ${text}`, text, ...more }));
    const reservation = verifier.reserve(submission.lane);
    assert.ok(reservation, "there is room");
    verifier.accept(submission, reservation);
    return submission.receiptId;
  };
  return { verifier, rows, metrics, submit };
}

/** A pool whose checks end when the test ends them. */
class HeldPool implements Pool {
  readonly held: ((verdict: Verdict) => void)[] = [];
  most = 0;
  running = 0;

  run(): Promise<never> {
    this.running++;
    this.most = Math.max(this.most, this.running);
    return new Promise<Verdict>((resolve) => {
      this.held.push((verdict) => {
        this.running--;
        resolve(verdict);
      });
    }) as Promise<never>;
  }

  async close(): Promise<void> {}
}

describe("verifier", () => {
  it("concludes sampled submissions with their verdict and others with none", async (t) => {
    const { verifier, rows, submit } = make(t);
    const valid = submit("valid");
    const wrong = submit("wrong");
    const unsampled = submit("wrong", { sampled: false });
    await until(() => rows.concluded.length === 3);
    assert.equal(rows.outcomeOf(valid), "valid");
    assert.equal(rows.outcomeOf(wrong), "invalid");
    assert.equal(rows.outcomeOf(unsampled), null);
    assert.equal(verifier.pendingUnits(), 0);
  });

  it("retries a check that throws, three tries in all, then voids it: never invalid", async (t) => {
    const { rows, metrics, submit } = make(t);
    const crashing = submit("throw verifier");
    const honest = submit("valid");
    await until(() => rows.concluded.length === 2);
    assert.equal(rows.outcomeOf(crashing), "error");
    assert.equal(rows.outcomeOf(honest), "valid");
    assert.equal(rows.tries.get(crashing), 3);
    assert.equal(runsOf("throw verifier"), 3);
    assert.equal(metrics.get("assay_verify_faults_total", { code: "check_crashed" }), 3);
  });

  it("voids a check that hangs and one that kills its worker, with their reasons", async (t) => {
    const { rows, submit } = make(t);
    // One after the other: a worker that ends takes whatever else it was checking with it.
    const hanging = submit("hang verifier");
    await until(() => rows.concluded.length === 1);
    const deadly = submit("exit verifier");
    await until(() => rows.concluded.length === 2);
    const codeOf = (id: string): unknown => {
      const verdict = rows.concluded.find((one) => one.receiptId === id)?.verdict;
      return verdict?.outcome === "error" ? verdict.code : verdict;
    };
    assert.equal(codeOf(hanging), "check_timeout");
    assert.equal(codeOf(deadly), "worker_lost");
  });

  it("counts tries of earlier runs, as the store does", async (t) => {
    const { verifier, rows } = make(t);
    const row = rows.add(pendingSubmission({ receiptId: "rc_old", text: "throw old", tries: 2 }));
    rows.tries.set(row.receiptId, 2);
    await verifier.recover();
    await until(() => rows.concluded.length === 1);
    assert.equal(runsOf("throw old"), 1);
  });

  it("does not count a pool that has no room against the submission", async (t) => {
    let refusals = 5;
    const crowded: Pool = {
      run: (task) =>
        refusals-- > 0 ? Promise.reject(new AssayError({ code: "busy", retry_after_s: 1 })) : pool.run(task),
      close: async () => {},
    };
    const { rows, submit } = make(t, { pool: crowded });
    const id = submit("valid");
    await until(() => rows.concluded.length === 1);
    assert.equal(rows.outcomeOf(id), "valid");
    assert.equal(rows.tries.size, 0);
  });

  it("voids at once a submission that no secret can rebuild or whose lane is gone", async (t) => {
    const { rows, submit } = make(t, { seedOf: (submission) => (submission.seq === 1 ? null : 7n) });
    const lost = submit("valid lost", { seq: 1 });
    const gone = submit("valid gone", { lane: "retired" });
    const unsampled = submit("valid", { seq: 1, sampled: false });
    await until(() => rows.concluded.length === 3);
    assert.equal(rows.outcomeOf(lost), "error");
    assert.equal(rows.outcomeOf(gone), "error");
    assert.equal(rows.outcomeOf(unsampled), null);
    assert.equal(rows.tries.size, 0, "no try was made");
  });

  it("voids a submission whose task the validator fails to make", async (t) => {
    const broken = (): never => {
      throw new Error("no such key");
    };
    const { rows, submit } = make(t, { seedOf: broken });
    const id = submit("valid");
    await until(() => rows.concluded.length === 1);
    assert.equal(rows.outcomeOf(id), "error");
    assert.equal(rows.tries.get(id), 3);
  });

  it("keeps a conclusion that could not be recorded, and checks only once", async (t) => {
    const { rows, metrics, submit } = make(t);
    rows.failConclude = 4;
    const id = submit("valid only-once");
    await until(() => rows.concluded.length === 1);
    assert.equal(rows.outcomeOf(id), "valid");
    assert.equal(runsOf("valid only-once"), 1);
    assert.equal(metrics.get("assay_verify_unrecorded_total", { what: "verdict" }), 4);
  });

  it("sets a row aside whose end the store never takes: it holds no room and does not come back", async (t) => {
    const { verifier, rows, submit } = make(t, { concurrency: 1, pendingFactor: 1 });
    const poison = { receiptId: submit("valid poison"), tries: 0 };
    rows.poison = poison;
    await until(() => poison.tries === 1 && verifier.pendingUnits() === 0);
    assert.equal(await verifier.recover(), 0);
    submit("valid");
    await until(() => rows.concluded.length === 1);
    assert.deepEqual([poison.tries, rows.rows.size], [1, 1]);
  });

  it("keeps counting a failed check while the store is down", async (t) => {
    const { rows, submit } = make(t);
    rows.failTries = 3;
    const id = submit("throw while-down");
    await until(() => rows.concluded.length === 1);
    assert.equal(rows.outcomeOf(id), "error");
    assert.equal(runsOf("throw while-down"), 3);
  });

  it("runs at most `concurrency` checks at once", async (t) => {
    const held = new HeldPool();
    const { rows, submit } = make(t, { concurrency: 3, pool: held });
    for (let i = 0; i < 9; i++) submit("valid");
    await until(() => held.held.length === 3);
    await sleep(10);
    assert.equal(held.held.length, 3);
    while (rows.concluded.length < 9) {
      held.held.shift()?.({ outcome: "valid" });
      await sleep(1);
    }
    assert.equal(held.most, 3);
  });

  it("holds units up to exactly the bound, and no more", (t) => {
    const { verifier } = make(t, { concurrency: 2, pendingFactor: 2, cost: 2 });
    const first = verifier.reserve("sat");
    const second = verifier.reserve("sat");
    assert.ok(first && second);
    assert.equal(verifier.pendingUnits(), 4);
    assert.equal(verifier.hasRoom("sat"), false);
    assert.equal(verifier.reserve("sat"), null);
    assert.equal(verifier.canAcceptWork(), false);
    first.release();
    first.release();
    assert.equal(verifier.pendingUnits(), 2);
    assert.equal(verifier.canAcceptWork(), true);
    assert.equal(verifier.hasRoom("sat"), true);
    assert.equal(verifier.pendingUnits(), 2, "asking takes none");
    assert.ok(verifier.reserve("sat"));
  });

  it("lets a lane in whose cost exceeds the bound, when nothing else is pending", (t) => {
    const { verifier } = make(t, { concurrency: 1, pendingFactor: 2, cost: 5 });
    const alone = verifier.reserve("sat");
    assert.ok(alone);
    assert.equal(verifier.reserve("sat"), null);
    alone.release();
    assert.ok(verifier.reserve("sat"));
  });

  it("loses no unit to fractions", (t) => {
    const { verifier } = make(t, { cost: 0.1 });
    const held = Array.from({ length: 30 }, () => verifier.reserve("sat"));
    for (const reservation of held) reservation?.release();
    assert.equal(verifier.pendingUnits(), 0);
  });

  it("counts a retrying submission as pending until it ends", async (t) => {
    const { verifier, rows, submit } = make(t);
    rows.failConclude = 3;
    submit("valid");
    assert.equal(verifier.pendingUnits(), 1);
    await until(() => rows.failConclude < 2);
    assert.equal(verifier.pendingUnits(), 1);
    await until(() => rows.concluded.length === 1);
    await sleep(1);
    assert.equal(verifier.pendingUnits(), 0);
  });

  it("shows sampled and unsampled alike: verifying from their turn on, for as long as a check takes", async (t) => {
    const held = new HeldPool();
    const { verifier, rows, submit } = make(t, { pool: held, concurrency: 1 });
    const first = submit("valid");
    assert.equal(verifier.isVerifying(first), false);
    await until(() => held.held.length === 1);
    assert.equal(verifier.isVerifying(first), true);
    await sleep(60);
    held.held.shift()?.({ outcome: "valid" });
    await until(() => rows.concluded.length === 1);
    assert.equal(verifier.isVerifying(first), false);
    const from = systemClock.monotonicMs();
    const unsampled = submit("valid", { sampled: false });
    await until(() => verifier.isVerifying(unsampled));
    await until(() => rows.concluded.length === 2);
    assert.ok(systemClock.monotonicMs() - from >= 50, "it took as long as the check before it");
  });

  it("puts an unsampled submission behind the sampled ones that came first", async (t) => {
    const held = new HeldPool();
    const { verifier, submit } = make(t, { pool: held, concurrency: 1, cost: 1 });
    submit("valid");
    const behind = submit("valid");
    const unsampled = submit("valid", { sampled: false });
    await until(() => held.held.length === 1);
    await sleep(5);
    assert.deepEqual([verifier.isVerifying(behind), verifier.isVerifying(unsampled)], [false, false]);
    held.held.shift()?.({ outcome: "valid" });
    await until(() => held.held.length === 1);
    await sleep(5);
    assert.deepEqual([verifier.isVerifying(behind), verifier.isVerifying(unsampled)], [true, false]);
  });

  it("does not let unsampled submissions hold a check's place", async (t) => {
    const held = new HeldPool();
    const { submit } = make(t, { pool: held, concurrency: 1, cost: 1 });
    for (let i = 0; i < 3; i++) submit("valid", { sampled: false });
    submit("valid");
    await until(() => held.held.length === 1);
  });
});

describe("recovery of undecided rows", () => {
  it("ends every row that a crash left, and leaves those in flight alone", async (t) => {
    const held = new HeldPool();
    const { verifier, rows, submit } = make(t, { pool: held, concurrency: 8, pendingFactor: 100 });
    submit("valid");
    for (let i = 0; i < 200; i++)
      rows.add(pendingSubmission({ receiptId: `rc_left ${i}`, sampled: i % 2 === 0 }));
    assert.equal(await verifier.recover(), 200);
    assert.equal(await verifier.recover(), 0);
    while (rows.concluded.length < 201) {
      held.held.shift()?.({ outcome: "valid" });
      await sleep(0);
    }
    assert.equal(new Set(rows.concluded.map((one) => one.receiptId)).size, 201);
    assert.equal(rows.rows.size, 0);
  });

  it("takes no more rows than there is room for, and the rest later", async (t) => {
    const held = new HeldPool();
    const { verifier, rows } = make(t, { pool: held, concurrency: 2, pendingFactor: 5 });
    for (let i = 0; i < 30; i++) rows.add(pendingSubmission({ receiptId: `rc_left ${i}` }));
    assert.equal(await verifier.recover(), 10);
    assert.equal(verifier.reserve("sat"), null);
    let taken = 10;
    while (rows.concluded.length < 30) {
      held.held.shift()?.({ outcome: "valid" });
      await sleep(0);
      taken += await verifier.recover();
    }
    assert.equal(taken, 30);
  });

  it("takes a row once when admission gives it to the verifier at the same time", async (t) => {
    const { verifier, rows } = make(t);
    const row = rows.add(pendingSubmission({ receiptId: "rc_both" }));
    const recovering = verifier.recover();
    const reservation = verifier.reserve("sat");
    assert.ok(reservation);
    verifier.accept(row, reservation);
    await recovering;
    await until(() => rows.concluded.length > 0);
    await sleep(5);
    assert.equal(rows.concluded.length, 1);
    assert.equal(verifier.pendingUnits(), 0);
  });

  it("passes on a store that is down, and works the next time", async (t) => {
    const { verifier, rows } = make(t);
    const pending = rows.pending.bind(rows);
    rows.pending = () => Promise.reject(storeDown());
    await assert.rejects(verifier.recover(), { code: "store_unavailable" });
    rows.pending = pending;
    rows.add(pendingSubmission({ receiptId: "rc_left" }));
    assert.equal(await verifier.recover(), 1);
  });
});

describe("draining", () => {
  it("ends what is under way and takes nothing more", async (t) => {
    const { verifier, rows, submit } = make(t);
    submit("valid");
    submit("valid", { sampled: false });
    const late = verifier.reserve("sat");
    assert.ok(late);
    const drained = verifier.drain(5000);
    assert.equal(verifier.reserve("sat"), null);
    assert.equal(verifier.canAcceptWork(), false);
    verifier.accept(rows.add(pendingSubmission({ receiptId: "rc_late" })), late);
    assert.equal(await drained, 0);
    assert.equal(rows.concluded.length, 2);
    assert.ok(rows.rows.has("rc_late"), "left for the next start");
    assert.equal(verifier.pendingUnits(), 0);
  });

  it("gives up at its deadline, and concludes nothing afterwards", async (t) => {
    const held = new HeldPool();
    const { verifier, rows, submit } = make(t, { pool: held });
    submit("valid");
    await until(() => held.held.length === 1);
    assert.equal(await verifier.drain(20), 1);
    held.held.shift()?.({ outcome: "valid" });
    await sleep(5);
    assert.equal(rows.concluded.length, 0);
    assert.equal(rows.rows.size, 1);
    assert.equal(verifier.pendingUnits(), 0);
  });

  it("does not wait for a store that is down", async (t) => {
    const { verifier, rows, submit } = make(t);
    rows.failConclude = Number.POSITIVE_INFINITY;
    submit("valid");
    await until(() => verifier.isVerifying("rc_0 valid"));
    await sleep(30);
    await verifier.drain(60_000);
    assert.equal(rows.rows.size, 1);
  });
});
