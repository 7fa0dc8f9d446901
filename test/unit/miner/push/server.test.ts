import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { systemClock } from "../../../../src/core/clock.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import { readClaim } from "../../../../src/epistula/claim.ts";
import { signedMessage } from "../../../../src/epistula/message.ts";
import { Sr25519Verifier } from "../../../../src/epistula/sr25519.ts";
import type { Caller } from "../../../../src/flow/caller.ts";
import type { LinkEnd, LinkListener, MinerLink } from "../../../../src/flow/link.ts";
import { startHttp } from "../../../../src/http/server.ts";
import { StreamMiner } from "../../../../src/miner/push/streamMiner.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { signingOf } from "../../../support/epistula/signing.ts";
import { standIn, hotkey as validator } from "../../../support/http/server.ts";
import { answerOf, HeldProver } from "../../../support/miner/push/prover.ts";
import { jobOrder } from "../../../support/miner/push/validator.ts";
import { problemOf } from "../../../support/thrown.ts";
import { until } from "../../../support/until.ts";

const keypair = signingOf("push miner");
const verifier = new Sr25519Verifier();

/** The validator's own server of streams, with what its dispatcher would hear. */
async function serveStreams(t: TestContext) {
  const links: MinerLink[] = [];
  const answers: { jobId: string; text: string }[] = [];
  const fails: { jobId: string; code: string }[] = [];
  const ends: LinkEnd[] = [];
  const state = { isSuspended: false, knows: true };
  const listener: LinkListener = {
    opened: (link) => links.push(link),
    drained: () => {},
    answered: (_link, jobId, answer) => {
      answers.push({ jobId, text: answer.text() });
      return state.knows ? null : "job_unknown";
    },
    failed: (_link, jobId, code) => {
      fails.push({ jobId, code });
      return null;
    },
    unreachable: () => {},
    closed: (_link, reason) => ends.push(reason),
  };
  const authenticate = async ({ headers, rawBody }: Caller): Promise<string> => {
    const claim = readClaim(headers, { validator, pastMs: 8000, futureMs: 2000 }, systemClock.nowMs());
    if (!verifier.verify(claim.publicKey, signedMessage(rawBody, claim), claim.signature))
      throw new AssayError({ code: "bad_signature" });
    if (state.isSuspended) throw new AssayError({ code: "suspended", hotkey: claim.hotkey, until_block: 9 });
    return claim.hotkey;
  };
  const server = await startHttp(
    {
      ...{ host: "127.0.0.1", port: 0, maxBodyBytes: 65_536, bodyDeadlineMs: 5000, maxConnections: 64 },
      ...{ perAddressConnections: 4096, trustedProxies: [], version: "0.0.1" },
    },
    {
      handlers: standIn(),
      streams: { authenticate, lanes: ["groth16"], listener, clock: systemClock },
      log: silentLog,
      metrics: new MetricRegistry(),
    },
  );
  t.after(() => server.close(0));
  return { url: server.url, server, links, answers, fails, ends, state };
}

function startMiner(t: TestContext, url: string) {
  const prover = new HeldProver();
  const stop = new AbortController();
  const waits: number[] = [];
  const miner = new StreamMiner(
    { url, keypair, lane: "groth16", capacity: 1, signal: stop.signal },
    {
      clock: systemClock,
      random: systemRandom,
      prover,
      changed: () => {},
      wait: async (ms) => {
        waits.push(ms);
        await new Promise(setImmediate);
      },
    },
  );
  const running = miner.run();
  running.catch(() => {});
  t.after(() => {
    stop.abort();
    return running.catch(() => {});
  });
  return { miner, prover, running, stop, waits };
}

describe("the miner of a push lane and the validator's server", () => {
  it("understand each other: hello, jobs, answers small and large, jobs given back", async (t) => {
    const { url, links, answers, fails } = await serveStreams(t);
    const { prover } = startMiner(t, url);
    await until(() => links.length === 1);
    const [link] = links;
    assert.deepEqual([link?.hotkey, link?.lanes, link?.capacity], [keypair.hotkey, ["groth16"], 1]);
    const orders = [jobOrder(), jobOrder(), jobOrder()];
    for (const order of orders) link?.send(order);
    await until(() => fails.length === 1);
    assert.deepEqual(fails, [{ jobId: orders[2]?.job_id, code: "busy" }]);
    const given = [answerOf("9"), answerOf("9".repeat(100_000))];
    for (const [i, answer] of given.entries()) {
      await until(() => prover.asked.length > i);
      prover.asked[i]?.end(answer);
      await until(() => answers.length > i);
    }
    const expected = given.map((answer, i) => ({ jobId: orders[i]?.job_id, text: JSON.stringify(answer) }));
    assert.deepEqual(answers, expected);
  });

  it("agree on what an error is, and the stream goes on", async (t) => {
    const { url, links, state, answers } = await serveStreams(t);
    const { miner, prover } = startMiner(t, url);
    await until(() => links.length === 1);
    state.knows = false;
    links[0]?.send(jobOrder());
    await until(() => prover.asked.length === 1);
    prover.asked[0]?.end(answerOf("1"));
    await until(() => miner.tally.refused.job_unknown === 1);
    links[0]?.send(jobOrder());
    await until(() => prover.asked.length === 2);
    assert.equal(answers.length, 1);
  });

  it("part in good order, whichever ends it", async (t) => {
    const { url, links, ends } = await serveStreams(t);
    const { miner, stop, running } = startMiner(t, url);
    await until(() => links.length === 1);
    links[0]?.close("shutting_down");
    await until(() => links.length === 2);
    assert.deepEqual(Object.keys(miner.tally.refused), ["shutting_down"]);
    stop.abort();
    await running;
    await until(() => ends.length === 2);
    assert.deepEqual(ends, ["shutting_down", "gone"]);
  });

  it("have one stream per hotkey: the older miner ends", async (t) => {
    const { url, links } = await serveStreams(t);
    const older = startMiner(t, url);
    await until(() => links.length === 1);
    startMiner(t, url);
    assert.equal((await problemOf(() => older.running)).code, "failed");
    await until(() => links.length === 2);
  });

  it("recognise a suspension by its code", async (t) => {
    const { url, state } = await serveStreams(t);
    state.isSuspended = true;
    const { miner, waits } = startMiner(t, url);
    await until(() => waits.length >= 1);
    assert.deepEqual(Object.keys(miner.tally.refused), ["suspended"]);
    assert.ok((waits[0] ?? 0) >= 300_000);
  });
});
