import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../src/core/clock.ts";
import { systemRandom } from "../../../src/core/random.ts";
import type { JobInput } from "../../../src/flow/lane.ts";
import type { JobView, Status } from "../../../src/http/handlers.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { ValidatorClient } from "../../../src/miner/client.ts";
import type { ProofAnswer, Prover } from "../../../src/miner/push/prover.ts";
import { StreamMiner } from "../../../src/miner/push/streamMiner.ts";
import { startWorkServer } from "../../../src/miner/push/workServer.ts";
import { newMinerTally } from "../../../src/miner/tally.ts";
import { LEASE_MS } from "../../../src/validator/roles/node.ts";
import { every as shared } from "../../../src/validator/roles/sharedPush.ts";
import { every as dialling } from "../../../src/validator/schedule.ts";
import { fetched } from "../../support/documents.ts";
import { TcpProxy } from "../../support/fault/postgres/tcpProxy.ts";
import { freePort } from "../../support/freePort.ts";
import { assertEnded, assertInvariants } from "../../support/invariants/invariants.ts";
import { openStore, testDatabases } from "../../support/store/postgresDatabases.ts";
import { until } from "../../support/until.ts";
import { fleetFor } from "../../support/validator/fleet.ts";
import { operatorAsks } from "../../support/validator/operator.ts";
import { eventually, KIND, pushConfig, trueProof, writeCircuit } from "../../support/validator/push/world.ts";
import type { Validator } from "../../support/validator/validator.ts";

// Two real processes hand out jobs from one database. One is killed with a customer's job out: the miner, the reference one behind a
// balancer, is served by the other.

const databases = testDatabases();

/** What is promised: a dead process's miners are served elsewhere in this time, ms. */
const PROMISED_MS = 10_000;
/** The reference miner's first wait after its stream is gone: a second and its jitter, ms. */
const FIRST_WAIT_MS = 1500;

/** Longer than any test. */
const HELD_MS = 3_600_000;

/** Proves at once, but for the input `held`, which it keeps for ever the first time. */
class Proofs implements Prover {
  readonly asked: string[] = [];
  held = "";

  has(kind: string): boolean {
    return kind === KIND;
  }

  async prove(_kind: string, input: JobInput, signal: AbortSignal): Promise<ProofAnswer> {
    const x = String(input.x);
    const isFirst = !this.asked.includes(x);
    this.asked.push(x);
    if (x === this.held && isFirst) await sleep(HELD_MS, undefined, { signal });
    return JSON.parse(trueProof({ input })) as ProofAnswer;
  }

  async close(): Promise<void> {}
}

async function putJob(front: Validator, x: string): Promise<string> {
  const request = { lane: "groth16", kind: KIND, input: { x }, client_key: `job ${x}` };
  const { status, document } = await operatorAsks<JobView>(front, "POST", "/v1/jobs", request);
  assert.equal(status, 202, JSON.stringify(document));
  return document.job_id;
}

async function jobDone(front: Validator, id: string): Promise<JobView> {
  for (;;) {
    const { document } = await operatorAsks<JobView>(front, "GET", `/v1/jobs/${id}`);
    if (document.state === "done") return document;
    assert.equal(document.state, "queued");
    await sleep(50);
  }
}

const modules = { clock: systemClock, random: systemRandom, changed: () => {} };

/** The reference miner, in this process, at an address. */
async function startMiner(t: TestContext, url: string, prover: Prover) {
  const stop = new AbortController();
  const keypair = await keypairOfUri("//Failover");
  const options = { url, keypair, lane: "groth16", capacity: 2, signal: stop.signal };
  const running = new StreamMiner(options, { ...modules, prover }).run();
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  t.after(end);
  return { hotkey: keypair.hotkey, end };
}

/** The process that has jobs out. */
async function diallerOf(processes: readonly Validator[]): Promise<Validator> {
  for (;;)
    for (const one of processes) {
      const { dispatch } = await fetched<Status>(one.url, "/v1/status");
      if ((dispatch?.in_flight ?? 0) > 0) return one;
    }
}

/** Resolves once all that was out has an end: what the dead process had out is void, at nobody's cost, once its lease is over. */
async function allEnded(url: string): Promise<void> {
  const store = await openStore(url);
  await eventually(async () => (await store.openSamples(1)).length === 0).finally(() => store.close());
}

const portOf = ({ url }: Validator): number => Number(new URL(url).port);

/** Every job that was drawn has one end, each customer's job was accepted once, and the miner was paid for no more than it proved. */
async function assertPaidOnce(url: string, jobs: readonly string[], proofs: number): Promise<void> {
  const store = await openStore(url);
  try {
    const facts = jobs.map((jobId) => ({ kind: "queued", jobId }) as const);
    const records = await assertInvariants(store, facts, 0);
    assertEnded(records);
    const rows = [...records.lines.values()]
      .flat()
      .flatMap((line) => (line.type === "draws" ? line.rows : []));
    // Under ids of their own: a miner cannot tell them from others.
    const drawn = rows.map((row) => row.split(" ")).filter(([, , of]) => of === "customer");
    const ids = new Set(drawn.map(([, id]) => id));
    const ends = records.verdicts.filter(({ work_id }) => ids.has(work_id)).map(({ state }) => state);
    assert.equal(ends.length, ids.size);
    assert.equal(ends.filter((state) => state === "accepted").length, jobs.length, ends.join(" "));
    const paid = (await store.work(0)).reduce((sum, { results }) => sum + results, 0);
    assert.ok(paid <= proofs, `${paid} results of ${proofs} proofs`);
  } finally {
    await store.close();
  }
}

test("a process that hands out jobs is killed: its miner is served by the other, its customer's job is done, nothing is paid twice", async (t) => {
  const fleet = await fleetFor(t, await databases.get(), pushConfig({ rate: "1/2" }));
  writeCircuit(fleet.dataDir);
  const front = await fleet.start("api,verify,weigh", "front");
  const [one, two] = [await fleet.start("dispatch", "one"), await fleet.start("dispatch", "two")];
  const balancer = await TcpProxy.to(portOf(one));
  t.after(() => balancer.close());
  const prover = new Proofs();
  const miner = await startMiner(t, `http://127.0.0.1:${balancer.port}`, prover);
  const first = await putJob(front, "101");
  assert.equal((await jobDone(front, first)).attempts, 1);
  prover.held = "102";
  const second = await putJob(front, "102");
  await until(() => prover.asked.includes("102"));

  const known = prover.asked.length;
  balancer.target = portOf(two);
  const since = performance.now();
  await one.kill();
  const seconds = (): string => ((performance.now() - since) / 1000).toFixed(2);
  await until(() => prover.asked.length > known);
  const served = seconds();
  const done = await jobDone(front, second);
  t.diagnostic(
    `failover_s: its miner got a job after ${served} s, its customer's job was done after ${seconds()} s`,
  );
  assert.equal(done.hotkey, miner.hotkey);
  const third = await putJob(front, "103");
  assert.equal((await jobDone(front, third)).attempts, 1);
  await miner.end();
  await allEnded(fleet.databaseUrl);
  for (const validator of [two, front]) assert.equal(await validator.stop(), 0, validator.stderr());
  await assertPaidOnce(fleet.databaseUrl, [first, second, third], prover.asked.length);
});

test("a process that dials miners is killed: the other dials them, its customer's job is done, nothing is paid twice", async (t) => {
  const fleet = await fleetFor(
    t,
    await databases.get(),
    pushConfig({ rate: "1/2" }, { chain: { miners: "miners.json" } }),
  );
  writeCircuit(fleet.dataDir);
  const keypair = await keypairOfUri("//Dialled");
  const port = Number(await freePort());
  const rows = [{ uid: 1, hotkey: keypair.hotkey, ip: "127.0.0.1", port }];
  writeFileSync(join(fleet.dataDir, "miners.json"), JSON.stringify(rows));
  const front = await fleet.start("api,verify,weigh", "front");
  const starts = ["one", "two"].map((name) => fleet.start("dispatch", name, ["--allow-private"]));
  const processes = await Promise.all(starts);
  const prover = new Proofs();
  prover.held = "102";
  const client = new ValidatorClient({ url: front.url, keypair }, modules);
  const listening = { host: "127.0.0.1", port, lane: "groth16", capacity: 2 };
  const miner = await startWorkServer(listening, { ...modules, client, prover, tally: newMinerTally() });
  t.after(() => miner.close());
  const jobs = [await putJob(front, "101"), await putJob(front, "102")];
  await until(() => prover.asked.includes("102"));

  const dialler = await diallerOf(processes);
  const [spare] = processes.filter((one) => one !== dialler);
  const known = prover.asked.length;
  const since = performance.now();
  await dialler.kill();
  const seconds = (): string => ((performance.now() - since) / 1000).toFixed(2);
  await until(() => prover.asked.length > known);
  const served = seconds();
  for (const id of jobs) assert.equal((await jobDone(front, id)).hotkey, keypair.hotkey);
  t.diagnostic(
    `failover_s: its miner was dialled after ${served} s, its customer's job was done after ${seconds()} s`,
  );
  await miner.close();
  await allEnded(fleet.databaseUrl);
  for (const validator of [spare, front]) assert.equal(await validator?.stop(), 0, validator?.stderr());
  await assertPaidOnce(fleet.databaseUrl, jobs, prover.asked.length);
});

test("by its durations a miner of a process that died is served, and its jobs are claimed, within ten seconds", () => {
  // The miner comes back, or is dialled, while the lease runs out or soon after; the jobs are looked for when it has.
  const longest = Math.max(LEASE_MS + dialling.dialling, FIRST_WAIT_MS) + shared.jobs;
  assert.ok(longest < PROMISED_MS, `${longest} ms`);
});
