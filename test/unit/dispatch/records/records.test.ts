import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { CustomerUpdates } from "../../../../src/dispatch/records/customerUpdates.ts";
import { Ledger } from "../../../../src/dispatch/records/ledger.ts";
import type { CustomerUpdate } from "../../../../src/flow/job.ts";
import { MemoryRecords } from "../../../support/dispatch/world.ts";

const down = (): Error => new AssayError({ code: "store_unavailable", retry_after_s: 1 });

describe("the ledger", () => {
  const make = () => {
    const records = new MemoryRecords();
    let failures = 0;
    const ledger = new Ledger({ records, log: silentLog, workRecorded: () => {} }, () => failures++);
    return { records, ledger, failures: () => failures };
  };

  it("records one account per lane and hotkey, with time and height, and begins anew", async () => {
    const { records, ledger } = make();
    ledger.accepted("a", "m", 10);
    ledger.accepted("a", "m", 5);
    ledger.failed("a", "m", 20);
    ledger.accepted("b", "m", 1);
    await ledger.flush(123, 45);
    await ledger.flush(124, 45);
    assert.deepEqual(records.work, [
      [
        { lane: "a", hotkey: "m", at: 123, block: 45, credit: 15, debit: 20, accepted: 2, failed: 1 },
        { lane: "b", hotkey: "m", at: 123, block: 45, credit: 1, debit: 0, accepted: 1, failed: 0 },
      ],
    ]);
  });

  it("keeps what the store does not take, with what came meanwhile", async () => {
    const { records, ledger, failures } = make();
    records.refuse = down;
    ledger.accepted("a", "m", 10);
    const flushed = ledger.flush(1, 1);
    ledger.accepted("a", "m", 5);
    ledger.failed("a", "n", 7);
    await flushed;
    assert.equal(failures(), 1);
    records.refuse = () => null;
    await ledger.flush(2, 2);
    assert.deepEqual([records.sums("m").credit, records.sums("m").accepted], [15, 2]);
    assert.deepEqual([records.sums("n").debit, records.sums("n").failed], [7, 1]);
  });

  it("records one after the other, never two at once", async () => {
    const { records, ledger } = make();
    const { promise, resolve } = Promise.withResolvers<void>();
    records.held = promise;
    ledger.accepted("a", "m", 10);
    const first = ledger.flush(1, 1);
    ledger.accepted("a", "m", 5);
    const second = ledger.flush(2, 1);
    resolve();
    await Promise.all([first, second]);
    assert.equal(records.sums("m").credit, 10);
    await ledger.flush(3, 1);
    assert.equal(records.sums("m").credit, 15);
  });

  it("withholds the credit of a cheat: what is not on record, and what comes before its release", async () => {
    const { records, ledger } = make();
    ledger.accepted("a", "m", 10);
    ledger.accepted("b", "m", 10);
    ledger.failed("a", "m", 3);
    ledger.accepted("a", "other", 4);
    ledger.withhold("m");
    assert.deepEqual([ledger.isWithheld("m"), ledger.isWithheld("other")], [true, false]);
    ledger.accepted("a", "m", 10);
    await ledger.flush(1, 1);
    assert.deepEqual(records.sums("m"), { credit: 0, debit: 3, accepted: 3, failed: 1 });
    assert.equal(records.sums("other").credit, 4);
    ledger.release("m");
    ledger.accepted("a", "m", 10);
    await ledger.flush(2, 1);
    assert.equal(records.sums("m").credit, 10);
  });

  it("withholds as long as any of several cheats is being recorded", async () => {
    const { records, ledger } = make();
    ledger.withhold("m");
    ledger.withhold("m");
    ledger.release("m");
    ledger.accepted("a", "m", 10);
    ledger.release("m");
    ledger.accepted("a", "m", 1);
    await ledger.flush(1, 1);
    assert.equal(records.sums("m").credit, 1);
  });

  it("does not bring back credit that was withheld while the store refused it", async () => {
    const { records, ledger } = make();
    const { promise, resolve } = Promise.withResolvers<void>();
    records.held = promise;
    records.refuse = down;
    ledger.accepted("a", "m", 10);
    ledger.failed("a", "m", 2);
    const flushed = ledger.flush(1, 1);
    ledger.withhold("m");
    ledger.release("m");
    resolve();
    await flushed;
    records.refuse = () => null;
    await ledger.flush(2, 1);
    assert.deepEqual(records.sums("m"), { credit: 0, debit: 2, accepted: 1, failed: 1 });
  });
});

describe("what became of customer jobs", () => {
  const update = (jobId: string, more: Partial<CustomerUpdate> = {}): CustomerUpdate => ({
    ...{ jobId, attempts: 1, state: "queued", answer: null, verified: null },
    ...{ hotkey: null, code: null, endedAt: null },
    ...more,
  });
  const make = () => {
    const records = new MemoryRecords();
    let failures = 0;
    const refused: string[] = [];
    const updates = new CustomerUpdates(records, silentLog, {
      failed: () => failures++,
      refused: (jobId) => refused.push(jobId),
    });
    return { records, updates, refused, failures: () => failures };
  };

  it("is recorded at once, in order", async () => {
    const { records, updates } = make();
    updates.put(update("a"));
    updates.put(update("b", { attempts: 2 }));
    await updates.flush();
    assert.deepEqual(records.customers, [update("a"), update("b", { attempts: 2 })]);
    await updates.flush();
    assert.equal(records.customers.length, 2);
  });

  it("tells of a job that is another's by now, and holds up no other", async () => {
    const { records, updates, refused, failures } = make();
    records.refuses = new Set(["a"]);
    updates.put(update("a"));
    updates.put(update("b"));
    await updates.flush();
    assert.deepEqual([refused, failures(), updates.has("a")], [["a"], 0, false]);
    assert.deepEqual(records.customers, [update("b")]);
  });

  it("is tried again while the store is down, and then only the newest of each job", async () => {
    const { records, updates, failures } = make();
    records.refuse = down;
    updates.put(update("a"));
    await updates.flush();
    updates.put(update("b"));
    updates.put(update("a", { attempts: 2, state: "failed", code: "timeout" }));
    await updates.flush();
    assert.ok(failures() >= 2);
    records.refuse = () => null;
    await updates.flush();
    assert.deepEqual(
      records.customers.toSorted((x, y) => (x.jobId < y.jobId ? -1 : 1)),
      [update("a", { attempts: 2, state: "failed", code: "timeout" }), update("b")],
    );
  });

  it("that comes while the former is being written is not lost", async () => {
    const { records, updates } = make();
    const { promise, resolve } = Promise.withResolvers<void>();
    records.held = promise;
    updates.put(update("a"));
    updates.put(update("a", { state: "done", answer: "1" }));
    resolve();
    await updates.flush();
    await updates.flush();
    assert.deepEqual(
      records.customers.map(({ state }) => state),
      ["queued", "done"],
    );
  });

  it("fails a job whose answer can never be recorded, and nothing waits behind it", async () => {
    const { records, updates } = make();
    let isFirst = true;
    records.refuse = () => {
      const refusal = isFirst ? new RangeError("too large") : null;
      isFirst = false;
      return refusal;
    };
    updates.put(update("a", { state: "done", answer: "x", hotkey: "m", endedAt: 5 }));
    updates.put(update("b"));
    await updates.flush();
    await updates.flush();
    assert.deepEqual(
      records.customers.toSorted((x, y) => (x.jobId < y.jobId ? -1 : 1)),
      [update("a", { state: "failed", code: "answer_unrecordable", endedAt: 5 }), update("b")],
    );
  });
});
