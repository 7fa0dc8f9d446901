import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { Worker } from "node:worker_threads";
import { systemClock } from "../../../../src/core/clock.ts";
import { type Random, systemRandom } from "../../../../src/core/random.ts";
import { closeCodes } from "../../../../src/http/stream/closeCodes.ts";
import { keypairOfUri } from "../../../../src/keys/uri.ts";
import { answerFrame, readFrame } from "../../../../src/miner/push/frames.ts";
import type { Prover } from "../../../../src/miner/push/prover.ts";
import { runPushMiner } from "../../../../src/miner/push/run.ts";
import { StreamMiner } from "../../../../src/miner/push/streamMiner.ts";
import { Workbench } from "../../../../src/miner/push/workbench.ts";
import type { MinerTally } from "../../../../src/miner/tally.ts";
import type { MinerOrders } from "../../../../src/miner/thread.ts";
import { signingOf } from "../../../support/epistula/signing.ts";
import { answerOf, HeldProver } from "../../../support/miner/push/prover.ts";
import { type FakeStream, fakeValidator, jobOrder } from "../../../support/miner/push/validator.ts";
import { problemOf } from "../../../support/thrown.ts";
import { until } from "../../../support/until.ts";

const keypair = signingOf("push miner");
/** Jitter at its least: half of every wait. */
const hasty: Random = { ...systemRandom, unit: () => 0 };

interface Given {
  readonly url: string;
  readonly capacity?: number;
  readonly prover?: Prover;
  readonly pingMs?: number;
  readonly silentMs?: number;
}

function startMiner(t: TestContext, given: Given) {
  const prover = new HeldProver();
  const stop = new AbortController();
  const { url, capacity = 2, pingMs = 20_000, silentMs = 60_000 } = given;
  const waits: number[] = [];
  const miner = new StreamMiner(
    { url, keypair, lane: "groth16", capacity, signal: stop.signal, times: { pingMs, silentMs } },
    {
      clock: systemClock,
      random: hasty,
      prover: given.prover ?? prover,
      changed: () => {},
      wait: async (ms) => {
        waits.push(ms);
        await new Promise(setImmediate);
      },
    },
  );
  const running = miner.run();
  // Tests that check how it ended do so below.
  running.catch(() => {});
  t.after(() => {
    stop.abort();
    return running.catch(() => {});
  });
  const asked = async (count: number) => {
    await until(() => prover.asked.length >= count);
    return prover.asked[count - 1] ?? assert.fail();
  };
  return { miner, prover, running, stop, asked, waits };
}

const { job_id: foreign } = jobOrder();
const codeOf = async (stream: FakeStream, index: number) => {
  const frame = await stream.frame(index);
  return frame.type === "fail" ? frame.code : frame.type;
};

describe("the miner of a push lane", () => {
  it("dials in signed, says hello, and answers the jobs that it is given", async (t) => {
    const validator = await fakeValidator(t);
    const { miner, asked } = startMiner(t, { url: `${validator.url}/`, capacity: 3 });
    const stream = await validator.stream(0);
    assert.equal(stream.hotkey, keypair.hotkey);
    assert.deepEqual(await stream.frame(0), {
      ...{ type: "hello", id: 1, lanes: ["groth16"], capacity: 3, kinds: null },
    });
    const orders = [jobOrder({ input: { x: "5" } }), jobOrder({ input: { x: "6" } })];
    for (const order of orders) stream.job(order);
    const second = await asked(2);
    assert.deepEqual([second.kind, second.input], ["hash-chain", { x: "6" }]);
    second.end(answerOf("36"));
    (await asked(1)).end(answerOf("25"));
    const frames = [await stream.frame(1), await stream.frame(2)];
    const answers = frames.map((frame) =>
      frame.type === "answer" ? [frame.jobId, frame.answer.text()] : frame,
    );
    assert.deepEqual(answers, [
      [orders[1]?.job_id, JSON.stringify(answerOf("36"))],
      [orders[0]?.job_id, JSON.stringify(answerOf("25"))],
    ]);
    assert.deepEqual([miner.tally.solved, miner.tally.submitted], [2, 2]);
  });

  it("works on as many as it said, lets as many wait, and gives the rest back", async (t) => {
    const validator = await fakeValidator(t);
    const { miner, prover, asked } = startMiner(t, { url: validator.url, capacity: 2 });
    const stream = await validator.stream(0);
    const orders = Array.from({ length: 6 }, () => jobOrder());
    for (const order of orders) stream.job(order);
    assert.deepEqual([await codeOf(stream, 1), await codeOf(stream, 2)], ["busy", "busy"]);
    const refused = stream.frames.slice(1).map((frame) => ("jobId" in frame ? frame.jobId : ""));
    assert.deepEqual(
      refused,
      orders.slice(4).map(({ job_id }) => job_id),
    );
    assert.equal(prover.asked.length, 2);
    (await asked(1)).end(answerOf("1"));
    await asked(3);
    assert.equal(prover.asked.length, 3, "one that waited has its turn");
    assert.equal(miner.tally.refused.busy, 2);
  });

  it("gives back what it cannot do, each with its reason", async (t) => {
    const validator = await fakeValidator(t);
    const { asked } = startMiner(t, { url: validator.url });
    const stream = await validator.stream(0);
    stream.job(jobOrder({ lane: "sat" }));
    assert.equal(await codeOf(stream, 1), "lane_unknown");
    stream.job(jobOrder({ kind: "unheard-of" }));
    assert.equal(await codeOf(stream, 2), "kind_unknown");
    stream.job(jobOrder());
    (await asked(1)).fail(new Error("no proof"));
    assert.equal(await codeOf(stream, 3), "prover_failed");
  });

  it("takes a job once, however often it is sent", async (t) => {
    const validator = await fakeValidator(t);
    const { prover, asked } = startMiner(t, { url: validator.url, capacity: 3 });
    const stream = await validator.stream(0);
    const order = jobOrder();
    stream.job(order);
    stream.job(order);
    stream.job(jobOrder());
    await asked(2);
    assert.equal(prover.asked.length, 2);
  });

  it("stops working on what is past its deadline, and sends nothing for it", async (t) => {
    const validator = await fakeValidator(t);
    const { miner, asked } = startMiner(t, { url: validator.url, capacity: 1 });
    const stream = await validator.stream(0);
    stream.job(jobOrder({ deadline_ms: 20 }));
    stream.job(jobOrder({ deadline_ms: 20 }));
    const { signal } = await asked(1);
    await until(() => signal.aborted);
    await until(() => miner.tally.refused.deadline === 2);
    stream.job(jobOrder({ kind: "unheard-of" }));
    assert.equal(await codeOf(stream, 1), "kind_unknown", "the next frame after the hello");
  });

  it("sends a large answer as a binary frame, which the validator reads as the same", async (t) => {
    const validator = await fakeValidator(t);
    const { asked } = startMiner(t, { url: validator.url });
    const stream = await validator.stream(0);
    const order = jobOrder();
    stream.job(order);
    const answer = answerOf("7".repeat(70_000));
    (await asked(1)).end(answer);
    const frame = await stream.frame(1);
    assert.ok(frame.type === "answer");
    assert.deepEqual([frame.jobId, frame.answer.text()], [order.job_id, JSON.stringify(answer)]);
    assert.equal(stream.binary.length, 1);
  });

  it("takes its work along when the stream breaks, and answers over the next one", async (t) => {
    const validator = await fakeValidator(t);
    const { miner, asked } = startMiner(t, { url: validator.url });
    const first = await validator.stream(0);
    const orders = [jobOrder(), jobOrder()];
    for (const order of orders) first.job(order);
    await asked(2);
    first.ws.terminate();
    await until(() => miner.tally.refused.gone === 1);
    (await asked(1)).end(answerOf("1"));
    const second = await validator.stream(1);
    assert.equal((await second.frame(0)).type, "hello");
    const early = await second.frame(1);
    assert.ok(
      early.type === "answer" && early.jobId === orders[0]?.job_id,
      "what was ready goes out at once",
    );
    (await asked(2)).end(answerOf("2"));
    const late = await second.frame(2);
    assert.ok(late.type === "answer" && late.jobId === orders[1]?.job_id);
    assert.deepEqual([miner.tally.solved, miner.tally.submitted], [2, 2], "each is counted once");
  });

  it("comes back to a validator that was restarted", async (t) => {
    const validator = await fakeValidator(t);
    startMiner(t, { url: validator.url });
    await validator.stream(0);
    const port = Number(new URL(validator.url).port);
    await validator.close();
    const again = await fakeValidator(t, port);
    assert.equal((await (await again.stream(0)).frame(0)).type, "hello");
  });

  it("counts what the validator refuses, and reads on past what it does not know", async (t) => {
    const validator = await fakeValidator(t);
    const { miner, asked } = startMiner(t, { url: validator.url });
    const { ws, ...stream } = await validator.stream(0);
    ws.send(JSON.stringify({ type: "error", id: 1, re: 7, code: "job_unknown", detail: "" }));
    const nonsense = ["", "x", "null", "[]", '{"type":"news"}', '{"type":"error"}', '{"type":"job"}'];
    for (const text of nonsense) ws.send(text);
    ws.send(Buffer.from("binary"));
    stream.job(jobOrder());
    await asked(1);
    assert.deepEqual(miner.tally.refused, { job_unknown: 1 });
  });

  it("ends with a failure when another miner of its hotkey takes over, rather than fight for the place", async (t) => {
    const validator = await fakeValidator(t);
    const { running } = startMiner(t, { url: validator.url });
    const { ws } = await validator.stream(0);
    ws.close(closeCodes.replaced, "replaced");
    assert.equal((await problemOf(() => running)).code, "failed");
  });

  it("gives back what it has when it is told to stop, and closes in good order", async (t) => {
    const validator = await fakeValidator(t);
    const { running, stop, asked, prover } = startMiner(t, { url: validator.url, capacity: 1 });
    const stream = await validator.stream(0);
    const orders = [jobOrder(), jobOrder()];
    for (const order of orders) stream.job(order);
    await asked(1);
    await stream.frame(0);
    const closed = once(stream.ws, "close");
    stop.abort();
    await running;
    assert.equal((await closed)[0], 1000);
    const given = stream.frames
      .slice(1)
      .map((frame) => (frame.type === "fail" ? [frame.jobId, frame.code] : frame));
    assert.deepEqual(
      given,
      orders.map(({ job_id }) => [job_id, "stopping"]),
    );
    assert.ok(prover.asked[0]?.signal.aborted);
    assert.equal(prover.asked.length, 1, "what waited is not begun");
  });

  it("pings while it hears nothing, and gives a silent validator up", async (t) => {
    const validator = await fakeValidator(t);
    const { miner } = startMiner(t, { url: validator.url, pingMs: 5, silentMs: 100 });
    const stream = await validator.stream(0);
    await until(() => stream.pings > 10);
    assert.equal(validator.streams.length, 1, "pongs are signs of life");
    // Neither reads nor answers from here on.
    stream.ws.pause();
    await until(() => miner.tally.refused.silent === 1);
    await validator.stream(1);
  });
});

describe("the miner of a push lane that is refused", () => {
  const refusal = (status: number, code: string, headers: Record<string, string> = {}) => ({
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    body: JSON.stringify({ code }),
  });
  it("waits as Retry-After says, then dials again", async (t) => {
    const validator = await fakeValidator(t);
    validator.refusal = refusal(503, "too_many_streams", { "retry-after": "2" });
    const { miner, waits } = startMiner(t, { url: validator.url });
    await until(() => waits.length === 1);
    validator.refusal = null;
    await validator.stream(0);
    assert.ok(
      waits.every((ms) => ms === 1000),
      "half of it at the least jitter",
    );
    assert.ok((miner.tally.refused.too_many_streams ?? 0) >= 1);
  });

  it("waits longer each time where it is told nothing, half a minute at most", async (t) => {
    const validator = await fakeValidator(t);
    validator.refusal = { status: 502, headers: {}, body: "<html>" };
    const { miner, waits } = startMiner(t, { url: validator.url });
    await until(() => waits.length >= 8);
    assert.deepEqual(waits.slice(0, 8), [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    assert.deepEqual(Object.keys(miner.tally.refused), ["http_502"]);
  });

  it("waits long where it is suspended, whether it dials or has a stream", async (t) => {
    const validator = await fakeValidator(t);
    const { miner, waits } = startMiner(t, { url: validator.url });
    const { ws } = await validator.stream(0);
    validator.refusal = refusal(403, "suspended");
    ws.close(closeCodes.suspended, "suspended");
    await until(() => waits.length >= 2);
    assert.deepEqual(waits.slice(0, 2), [300_000, 300_000]);
    assert.deepEqual(Object.keys(miner.tally.refused), ["suspended"]);
  });

  it("takes a stream for a success once it brought a job, not when it was opened", async (t) => {
    const validator = await fakeValidator(t);
    const { waits, asked } = startMiner(t, { url: validator.url });
    const end = async (index: number) =>
      (await validator.stream(index)).ws.close(closeCodes.shutting_down, "shutting_down");
    await end(0);
    await end(1);
    (await validator.stream(2)).job(jobOrder());
    await asked(1);
    await end(2);
    await until(() => waits.length === 3);
    assert.deepEqual(waits, [500, 1000, 500]);
  });
});

describe("the workbench", () => {
  it("tells of each job once, also when it stops while a proof comes to its end", async () => {
    const prover = new HeldProver();
    const told: string[] = [];
    const bench = new Workbench(
      { lane: "groth16", capacity: 1, waitingMax: 1 },
      {
        prover,
        clock: systemClock,
        done: ({ outcome }) => told.push("code" in outcome ? outcome.code : "answer"),
        failed: () => {},
      },
    );
    bench.take(jobOrder());
    bench.take(jobOrder());
    await until(() => prover.asked.length === 1);
    prover.asked[0]?.end(answerOf("1"));
    bench.stop();
    await new Promise(setImmediate);
    bench.take(jobOrder());
    assert.deepEqual(told, ["stopping", "stopping", "stopping"]);
    assert.deepEqual([bench.size, prover.asked.length], [0, 1]);
  });
});

describe("frames of the push lane", () => {
  it("read a job as the validator writes it, and none that lacks a member", () => {
    const order = jobOrder({ input: { x: "3", path: ["1", "0"] } });
    const frame = { type: "job", id: 1, ...order };
    assert.deepEqual(readFrame(JSON.stringify(frame)), { type: "job", order });
    const wrong = { job_id: "jb_1", lane: 1, kind: null, input: ["3"], deadline_ms: 0 };
    for (const [member, value] of Object.entries(wrong)) {
      assert.equal(readFrame(JSON.stringify({ ...frame, [member]: value })).type, "other", member);
      assert.equal(readFrame(JSON.stringify({ ...frame, [member]: undefined })).type, "other", member);
    }
  });

  it("carry an answer as text up to 64 KiB, in bytes, and as binary past it", () => {
    const text = (bytes: number): string => JSON.stringify("é".repeat((bytes - 2) / 2));
    assert.equal(typeof answerFrame(1, foreign, text(65_536)), "string");
    assert.ok(Buffer.isBuffer(answerFrame(1, foreign, text(65_538))));
  });
});

describe("runPushMiner", () => {
  it("proves real jobs, follows what the validator counts, and ends with its threads", async (t) => {
    const validator = await fakeValidator(t);
    validator.counts = { submitted: 3, accepted: 2, rejected: 1, void: 0 };
    const stop = new AbortController();
    t.after(() => stop.abort());
    let tally: MinerTally | null = null;
    const running = runPushMiner(
      { url: validator.url, keypair, lane: "groth16", capacity: 1, cheat: false, signal: stop.signal },
      {
        clock: systemClock,
        random: systemRandom,
        changed: (changed) => {
          tally = { ...changed };
        },
      },
    );
    const stream = await validator.stream(0);
    stream.job(jobOrder({ input: { x: "11" } }));
    const frame = await stream.frame(1);
    assert.ok(frame.type === "answer");
    assert.equal((JSON.parse(frame.answer.text()) as { publicSignals: string[] }).publicSignals.at(-1), "11");
    await until(() => tally?.accepted === 0);
    validator.counts = { submitted: 6, accepted: 4, rejected: 2, void: 0 };
    await until(() => tally?.accepted === 2 && tally.rejected === 1);
    stop.abort();
    await running;
  });
});

describe("the thread of a demo miner", () => {
  it("works as it is ordered, tells its tally, and ends when it is told to stop", async (t) => {
    const validator = await fakeValidator(t);
    const orders: MinerOrders = { url: validator.url, uri: "//Bob", lane: "groth16", cheat: true, rests: 0 };
    const entry = new URL("../../../../src/miner/thread.ts", import.meta.url);
    const worker = new Worker(entry, { workerData: orders });
    t.after(() => worker.terminate());
    let solved = 0;
    worker.on("message", (tally: MinerTally) => {
      solved = tally.solved;
    });
    const stream = await validator.stream(0);
    assert.equal(stream.hotkey, (await keypairOfUri("//Bob")).hotkey);
    const answers: string[] = [];
    for (let i = 1; i <= 4; i++) {
      stream.job(jobOrder({ input: { x: String(i + 10) } }));
      const frame = await stream.frame(i);
      answers.push(frame.type === "answer" ? frame.answer.text() : frame.type);
    }
    assert.equal(
      answers[3],
      answers[0],
      "every third answer after the first is a fake, and it has begun with an old one",
    );
    await until(() => solved === 4);
    const ended = once(worker, "exit");
    worker.postMessage("stop");
    assert.deepEqual(await ended, [0]);
  });
});
