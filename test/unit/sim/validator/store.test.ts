import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SimWorld } from "../../../../sim/engine/world.ts";
import { ModelStore, type StoreOptions } from "../../../../sim/validator/store.ts";
import {
  closed,
  commitment,
  EPOCH,
  presentHead,
  signed,
  unsigned,
} from "../../../conformance/store/fixtures.ts";
import {
  BUCKET,
  delta,
  drawn,
  groupOf,
  opened,
  sampledEnd,
  struckEnd,
  T,
} from "../../../conformance/store/jobFixtures.ts";
import { hashOf, RunningStore, storeOf } from "../../../support/sim/store.ts";
import { problemOf } from "../../../support/thrown.ts";

// What the modelled store does beside the contract: commits that take their time, and what it forgets.

interface Timed {
  readonly world: SimWorld;
  readonly store: ModelStore;
  /** Lets `ms` pass. */
  readonly pass: (ms: number) => Promise<void>;
}

function timed(options: StoreOptions): Timed {
  const world = new SimWorld();
  const store = new ModelStore(world, options, () => undefined);
  return { world, store, pass: (ms) => world.run(world.line.now + ms, () => true) };
}

describe("a commit", () => {
  it("is there after its time, and not a ms before", async () => {
    const { store, pass } = timed({ commitMs: 5 });
    let isDone = false;
    const done = store.commitEpoch(commitment()).then(() => {
      isDone = true;
    });
    await pass(4);
    assert.deepEqual([isDone, await store.epoch(EPOCH)], [false, null]);
    await pass(1);
    await done;
    assert.equal((await store.epoch(EPOCH))?.epoch, EPOCH);
  });

  it("follows those before it, and what reads in between sees these only", async () => {
    const { store, pass } = timed({ commitMs: 5 });
    const first = store.setNote("a", "1");
    await pass(3);
    const second = store.setNote("a", "2");
    await pass(2);
    await first;
    assert.equal(await store.note("a"), "1");
    await pass(3);
    await second;
    assert.equal(await store.note("a"), "2");
  });

  it("that the store refuses changes nothing", async () => {
    const running = new RunningStore();
    const store = storeOf(running);
    await store.commitEpoch(commitment());
    await closed(store);
    const groups = [groupOf([drawn()], { epoch: EPOCH + 1 }), groupOf([drawn()])];
    await store.commitEpoch(commitment(EPOCH + 1));
    assert.equal((await problemOf(() => store.recordDraws(groups))).code, "epoch_expired");
    assert.deepEqual([await store.openSamples(9), running.lines.size], [[], 0]);
  });
});

describe("the log", () => {
  it("has lines of canonical JSON, each with the hash of the one before", async () => {
    const running = new RunningStore();
    const store = storeOf(running);
    await store.commitEpoch(commitment());
    const jobId = await opened(store);
    await store.endSamples([sampledEnd(jobId)]);
    const lines = running.lines.get(EPOCH) ?? [];
    const [draw, verdict] = lines;
    assert.ok(draw !== undefined && verdict !== undefined);
    const link = (n: number, prev: string): string => `"n":${n},"prev":"${prev}"`;
    assert.equal(
      draw.text,
      `{"epoch":${EPOCH},"hotkeys":["5Alice"],"lane":"groth16",${link(0, commitment().commitment)},"rows":["0 ${jobId} lane 1"],"type":"draws"}`,
    );
    const own = `"answer_sha256":"${hashOf("answer")}","code":null,"epoch":${EPOCH},"hotkey":"5Alice","lane":"groth16"`;
    const rest = `"receipt_id":null,"state":"accepted","type":"verdict","verified":true,"work_id":"${jobId}"`;
    assert.equal(verdict.text, `{${own},${link(1, draw.hash)},${rest}}`);
    assert.deepEqual(
      lines.map(({ text }) => hashOf(text)),
      lines.map(({ hash }) => hash),
    );
    assert.equal((await presentHead(store)).log_head, verdict.hash);
  });
});

describe("what is old", () => {
  it("a bounded number of closed epochs is kept, and all open ones", async () => {
    const store = storeOf(new RunningStore());
    for (let epoch = 1; epoch <= 8; epoch++) await store.commitEpoch(commitment(epoch));
    for (const epoch of [2, 1, 3, 4, 5, 6]) await closed(store, { epoch });
    const known = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((epoch) => store.epoch(epoch)));
    assert.deepEqual(
      known.map((record) => record?.epoch ?? null),
      [null, null, 3, 4, 5, 6, 7, 8],
    );
    assert.deepEqual(
      (await store.openEpochs()).map(({ epoch }) => epoch),
      [7, 8],
    );
    assert.deepEqual(await store.logHeads(1), []);
  });

  it("work before a moment is forgotten once somebody asked from that moment on", async () => {
    const store = storeOf(new RunningStore());
    await store.addWork([delta({ at: T }), delta({ at: T + BUCKET })]);
    assert.deepEqual(
      (await store.work(T + 1)).map(({ start }) => start),
      [T + BUCKET],
    );
    assert.deepEqual(
      (await store.work(0)).map(({ start }) => start),
      [T + BUCKET],
    );
  });

  it("vectors and intents are kept eight of each", async () => {
    const store = storeOf(new RunningStore());
    for (let epoch = 1; epoch <= 10; epoch++) {
      await store.recordIntent(unsigned(epoch));
      await store.saveVector(signed(epoch));
    }
    const kept = await Promise.all([1, 2, 3, 10].map((epoch) => store.vector(epoch)));
    assert.deepEqual(
      kept.map((vector) => vector?.epoch ?? null),
      [null, null, 3, 10],
    );
    assert.equal((await store.recordIntent(unsigned(10, { block: 1 }))).block, unsigned(10).block);
  });

  it("strikes of a hotkey are kept 64, the last", async () => {
    const store = storeOf(new RunningStore());
    await store.commitEpoch(commitment());
    for (let block = 1; block <= 65; block++)
      await store.endSamples([struckEnd(await opened(store), {}, { block, suspendUntil: null })]);
    const blocks = (await store.standingState()).strikes.map(({ block }) => block);
    assert.deepEqual([blocks.length, blocks[0], blocks.at(-1)], [64, 2, 65]);
  });
});

describe("a miner known before the start", () => {
  it("is sighted as it was, and later work moves only the end of it", async () => {
    const running = new RunningStore();
    running.model.known("5Alice", 10, 90);
    const store = storeOf(running);
    await store.addWork([delta({ block: 100 })]);
    assert.deepEqual((await store.standingState()).sightings, [
      { hotkey: "5Alice", firstSeen: 10, lastSeen: 100, delivered: true },
    ]);
  });
});

describe("the old rule that a strike forfeits nothing", () => {
  for (const creditKept of [false, true])
    it(
      creditKept ? "keeps the credit before and after the strike" : "is not the rule where nothing is said",
      async () => {
        const { store, pass } = timed({ commitMs: 0, creditKept });
        const call = async <R>(work: Promise<R>): Promise<R> => {
          await pass(1);
          return work;
        };
        await call(store.commitEpoch(commitment()));
        await call(store.addWork([delta({ credit: 4 })]));
        const job = drawn();
        await call(store.recordDraws([groupOf([job])]));
        await call(store.endSamples([struckEnd(job.jobId, {}, { at: T + 10 })]));
        await call(store.addWork([2, 8, 1].map((credit, i) => delta({ credit, at: T + 9 + i }))));
        const credit = (await store.work(0)).reduce((sum, bucket) => sum + bucket.credit, 0);
        assert.equal(credit, creditKept ? 15 : 1);
        const { suspensions } = await store.standingState();
        assert.deepEqual(
          suspensions.map(({ kind, untilBlock }) => [kind, untilBlock]),
          [["strike", 7320]],
        );
      },
    );
});
