import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { systemClock } from "../../../../src/core/clock.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import { makeRequestSigner } from "../../../../src/epistula/requestSigner.ts";
import type { JobOrder } from "../../../../src/flow/job.ts";
import { ValidatorClient } from "../../../../src/miner/client.ts";
import { runPushMiner } from "../../../../src/miner/push/run.ts";
import { startWorkServer } from "../../../../src/miner/push/workServer.ts";
import { newMinerTally } from "../../../../src/miner/tally.ts";
import { epistulaHeaders, signingOf } from "../../../support/epistula/signing.ts";
import { answerOf, HeldProver } from "../../../support/miner/push/prover.ts";
import { fakeValidator, jobOrder, validatorSigning } from "../../../support/miner/push/validator.ts";
import { problemOf } from "../../../support/thrown.ts";
import { until } from "../../../support/until.ts";

const keypair = signingOf("dialled miner");
const modules = { clock: systemClock, random: systemRandom };
/** As the real validator signs what it sends to a miner. */
const signed = makeRequestSigner(validatorSigning, modules);

async function startServer(t: TestContext, capacity = 1) {
  const validator = await fakeValidator(t);
  const prover = new HeldProver();
  const tally = newMinerTally();
  const client = new ValidatorClient({ url: validator.url, keypair }, modules);
  const server = await startWorkServer(
    { host: "127.0.0.1", port: 0, lane: "groth16", capacity },
    { client, prover, clock: systemClock, tally, changed: () => {} },
  );
  t.after(() => server.close());
  const asked = async (count: number) => {
    await until(() => prover.asked.length >= count);
    return prover.asked[count - 1] ?? assert.fail();
  };
  return { validator, prover, tally, server, asked, url: server.url };
}

interface Dialled {
  readonly status: number;
  readonly body: { readonly job_id?: string; readonly answer?: unknown; readonly code?: string };
  readonly retryAfter: string | null;
}

async function send(url: string, body: string, headers: Record<string, string>): Promise<Dialled> {
  const answer = await fetch(`${url}/v1/work`, { method: "POST", body, headers });
  return {
    status: answer.status,
    body: (await answer.json()) as Dialled["body"],
    retryAfter: answer.headers.get("retry-after"),
  };
}

function dial(url: string, order: JobOrder): Promise<Dialled> {
  const body = JSON.stringify(order);
  return send(url, body, signed(body, keypair.hotkey));
}

describe("the miner that is dialled", () => {
  it("answers the validator's jobs", async (t) => {
    const { url, asked, tally } = await startServer(t, 2);
    const order = jobOrder({ input: { x: "9" } });
    const answering = dial(url, order);
    const { kind, input, end } = await asked(1);
    assert.deepEqual([kind, input], [order.kind, order.input]);
    end(answerOf("81"));
    const { status, body } = await answering;
    assert.equal(status, 200);
    assert.deepEqual(body, { job_id: order.job_id, answer: answerOf("81") });
    assert.deepEqual([tally.solved, tally.submitted], [1, 1]);
  });

  it("works on as many as it may, and tells the validator to come back with more", async (t) => {
    const { url, asked, tally } = await startServer(t, 2);
    const working = [dial(url, jobOrder()), dial(url, jobOrder())];
    await asked(2);
    const refused = await dial(url, jobOrder());
    assert.deepEqual([refused.status, refused.body.code, refused.retryAfter], [503, "busy", "1"]);
    for (const i of [1, 2]) (await asked(i)).end(answerOf("1"));
    assert.deepEqual(
      (await Promise.all(working)).map(({ status }) => status),
      [200, 200],
    );
    const next = dial(url, jobOrder());
    (await asked(3)).end(answerOf("1"));
    assert.equal((await next).status, 200, "the places are free again");
    assert.equal(tally.refused.busy, 1);
  });

  it("says why it has no answer", async (t) => {
    const { url, asked } = await startServer(t);
    const outcome = async (order: JobOrder) => {
      const { status, body } = await dial(url, order);
      return [status, body.code];
    };
    assert.deepEqual(await outcome(jobOrder({ lane: "sat" })), [404, "lane_unknown"]);
    assert.deepEqual(await outcome(jobOrder({ kind: "unheard-of" })), [404, "kind_unknown"]);
    assert.deepEqual(await outcome(jobOrder({ deadline_ms: 10 })), [504, "deadline"]);
    const failing = outcome(jobOrder());
    (await asked(2)).fail(new Error("no proof"));
    assert.deepEqual(await failing, [500, "prover_failed"]);
  });

  it("works for nobody but the validator, and on nothing but what it signed", async (t) => {
    const { url, prover } = await startServer(t);
    const body = JSON.stringify(jobOrder());
    const other = JSON.stringify(jobOrder());
    const headers = signed(body, keypair.hotkey);
    const stranger = signingOf("stranger");
    const now = systemClock.nowMs();
    const by = (who: typeof stranger, timestamp: number, signedFor: string = keypair.hotkey) =>
      epistulaHeaders({
        ...{ hotkey: who.hotkey, body: Buffer.from(body), signedFor, timestamp: String(timestamp) },
        sign: who.sign,
      });
    const cases: [string, string, Record<string, string>, number, string][] = [
      ["unsigned", body, {}, 401, "header_missing"],
      ["another body", other, headers, 401, "bad_signature"],
      ["a stranger", body, by(stranger, now), 403, "not_the_validator"],
      [
        "a stranger that claims to be the validator",
        body,
        { ...by(stranger, now), "epistula-signed-by": validatorSigning.hotkey },
        401,
        "bad_signature",
      ],
      ["for another miner", body, by(validatorSigning, now, stranger.hotkey), 401, "wrong_validator"],
      ["old", body, by(validatorSigning, now - 60_000), 401, "timestamp_stale"],
      ["a session", body, { ...headers, "assay-session": `sn_${"0".repeat(32)}` }, 401, "bad_signature"],
    ];
    for (const [name, sent, given, status, code] of cases) {
      const refused = await send(url, sent, given);
      assert.deepEqual([refused.status, refused.body.code], [status, code], name);
    }
    assert.equal(prover.asked.length, 0);
  });

  it("refuses what is no job, and other routes and methods", async (t) => {
    const { url, prover } = await startServer(t);
    const codeOf = async (body: string) => (await send(url, body, signed(body, keypair.hotkey))).body.code;
    assert.equal(await codeOf("{"), "malformed_json");
    for (const body of ["null", "[]", "7", JSON.stringify({ ...jobOrder(), job_id: "jb_x" })])
      assert.equal(await codeOf(body), "invalid_request", body);
    assert.equal((await fetch(`${url}/v1/work`)).status, 405);
    assert.equal((await fetch(`${url}/v1/status`, { method: "POST" })).status, 404);
    assert.equal(prover.asked.length, 0);
  });

  it("takes a body of a mebibyte, and none that is a byte longer", async (t) => {
    const { url, asked } = await startServer(t);
    const bare = JSON.stringify(jobOrder({ input: { x: "" } })).length;
    const ofSize = (size: number) => jobOrder({ input: { x: "1".repeat(size - bare) } });
    const answering = dial(url, ofSize(1_048_576));
    (await asked(1)).end(answerOf("1"));
    assert.equal((await answering).status, 200);
    const refused = await dial(url, ofSize(1_048_577));
    assert.deepEqual([refused.status, refused.body.code], [413, "body_too_large"]);
  });

  it("counts the bytes of a body that does not say how long it is", async (t) => {
    const { url, prover } = await startServer(t);
    const body = JSON.stringify(jobOrder({ input: { x: "1".repeat(1_048_576) } }));
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const lines = Object.entries(signed(body, keypair.hotkey)).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    socket.on("error", () => {});
    socket.write(`POST /v1/work HTTP/1.1\r\nhost: x\r\n${lines.join("")}transfer-encoding: chunked\r\n\r\n`);
    socket.write(`${body.length.toString(16)}\r\n${body}\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.equal(answer.toString().slice(9, 12), "413");
    socket.destroy();
    assert.equal(prover.asked.length, 0);
  });

  it("works on a job once: the same one again is refused while it is at it", async (t) => {
    const { url, asked } = await startServer(t, 2);
    const order = jobOrder();
    const answering = dial(url, order);
    const { end } = await asked(1);
    const again = await dial(url, order);
    assert.deepEqual([again.status, again.body.code], [409, "already_working"]);
    end(answerOf("1"));
    assert.equal((await answering).status, 200);
  });

  it("serves nobody while it cannot ask who the validator is", async (t) => {
    const { url, validator, prover } = await startServer(t);
    await validator.close();
    const refused = await dial(url, jobOrder());
    assert.deepEqual([refused.status, refused.body.code], [503, "validator_unreachable"]);
    assert.equal(prover.asked.length, 0);
  });

  it("gives back what it works on when it ends", async (t) => {
    const { url, server, asked } = await startServer(t);
    const answering = dial(url, jobOrder());
    const { signal } = await asked(1);
    await server.close();
    const { status, body } = await answering;
    assert.deepEqual([status, body.code], [503, "stopping"]);
    assert.ok(signal.aborted);
  });

  it("refuses an address that is taken", async (t) => {
    const { url, validator } = await startServer(t);
    const port = Number(new URL(url).port);
    const stop = new AbortController();
    const options = { url: validator.url, keypair, lane: "groth16", capacity: 1, cheat: false };
    const listen = { host: "127.0.0.1", port };
    const problem = await problemOf(() =>
      runPushMiner({ ...options, listen, signal: stop.signal }, { ...modules, changed: () => {} }),
    );
    assert.equal(problem.code, "address_in_use");
  });
});
