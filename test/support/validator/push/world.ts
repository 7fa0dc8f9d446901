import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseFraction } from "../../../../src/core/fraction.ts";
import type { CustomerState, JobOrder } from "../../../../src/flow/job.ts";
import type { JobInput } from "../../../../src/flow/lane.ts";
import type { SkiplistItem } from "../../../../src/flow/standing.ts";
import type { StrikeView } from "../../../../src/flow/strike.ts";
import type { Verdict } from "../../../../src/flow/verdict.ts";
import type { JobView, MinerView, Status } from "../../../../src/http/handlers.ts";
import { makeGroth16Lane } from "../../../../src/lanes/groth16/lane.ts";
import { fetched } from "../../documents.ts";
import { makeTrapdoor } from "../../lanes/groth16/trapdoor.ts";
import { metricIn } from "../../observe/scrape.ts";
import { until } from "../../until.ts";
import { operatorAsks } from "../operator.ts";
import { dataDirWith, removeDir, startValidator, type Validator } from "../validator.ts";
import { FleetMiner, type Work } from "./fleet.ts";

export const KIND = "square";
const trapdoor = makeTrapdoor("fleet", KIND, ["x"], 1);

/** What a configuration says of the circuit whose key `pushDir` writes. */
export const circuit = { id: KIND, verification_key: "square.json", public_inputs: ["x"] };

/** The configuration of a validator that hands out jobs of one circuit; nobody is new, and nothing is limited. */
export const pushConfig = (groth16: object = {}, more: object = {}): object => ({
  admit: { per_ip_per_min: 10_000_000, per_hotkey: { burst: 100_000, per_s: 100_000 } },
  judge: { cold_start_blocks: 0 },
  lanes: { groth16: { circuits: [circuit], ...groth16 } },
  ...more,
});

/** Writes the circuit's key to where the configuration says. */
export function writeCircuit(dir: string): void {
  writeFileSync(join(dir, circuit.verification_key), JSON.stringify(trapdoor.circuit.verificationKey));
}

/** A data directory of such a validator. */
export function pushDir(groth16: object = {}, more: object = {}): string {
  const dir = dataDirWith(pushConfig(groth16, more));
  writeCircuit(dir);
  return dir;
}

/** The circuit's key, to be spoilt. */
export function readKey(): { readonly IC: readonly unknown[]; readonly [name: string]: unknown } {
  return structuredClone(trapdoor.circuit.verificationKey) as ReturnType<typeof readKey>;
}

let proofs = 0;

/** A true answer, as JSON text. */
export function trueProof({ input }: { readonly input: JobInput }): string {
  return trapdoor.prove(input, proofs++);
}

/** A well-formed answer with the inputs that were asked for and a proof of nothing. */
export function fakeProof({ input }: { readonly input: JobInput }): string {
  const [made, other] = [trapdoor.prove(input, 0), trapdoor.prove({ x: "1" }, 33)].map(
    (text) => JSON.parse(text) as { proof: { pi_c: unknown }; publicSignals: unknown },
  );
  return JSON.stringify({
    proof: { ...made?.proof, pi_c: other?.proof.pi_c },
    publicSignals: made?.publicSignals,
  });
}

const half = parseFraction("1/2");
assert.ok(half !== null);
const lane = makeGroth16Lane({
  policy: { rate: half, penalty: "strike", maxAttempts: 1, share: 1 },
  circuits: [trapdoor.circuit],
});
await lane.prepare();

/** What the lane's own checker says of an answer. */
export function checked(input: JobInput, answer: string): Verdict {
  const [verdict] = lane.check(KIND, [{ input, answer }], (count) => new Uint8Array(count).fill(7));
  return verdict ?? assert.fail("no verdict");
}

/** Answers correctly after `ms`, unless the miner is silent by then. */
export function honest(serviceMs: number): Work {
  return (order, miner) => {
    setTimeout(() => miner.work !== silent && miner.answer(order.job_id, trueProof(order)), serviceMs);
  };
}

/** Keeps every job to itself. */
export const silent: Work = () => undefined;

/** Makes miners keep what they have been sent; each has something then. */
export async function hold(miners: readonly FleetMiner[]): Promise<void> {
  for (const miner of miners) miner.work = silent;
  await until(() => miners.every(({ held }) => held > 0));
}

/** Lets them work again, those that left too, and answers what they hold. */
export async function resume(miners: readonly FleetMiner[], serviceMs: number): Promise<void> {
  for (const miner of miners) {
    miner.work = honest(serviceMs);
    if (!miner.isOpen) assert.ok(await miner.join(), JSON.stringify(miner.refusals));
    for (const order of miner.orders) if (!miner.settled.has(order.job_id)) honest(0)(order, miner);
  }
}

/** Has miners give back what they hold, and go: nobody waits for them. */
export async function vacate(miners: readonly FleetMiner[]): Promise<void> {
  await hold(miners);
  for (const miner of miners) {
    for (const { job_id } of miner.orders) if (!miner.settled.has(job_id)) miner.giveBack(job_id, "leaving");
    await miner.close();
  }
}

/** Asks until it is so; a test that waits in vain is ended by the runner. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(100);
}

/** A validator with a fleet. */
export class PushWorld {
  validator: Validator;
  readonly hotkey: string;
  readonly #miners: FleetMiner[] = [];

  private constructor(validator: Validator, hotkey: string) {
    this.validator = validator;
    this.hotkey = hotkey;
  }

  /** `fileBlocks`: see `startValidator`. */
  static async start(dir: string, args: readonly string[] = [], fileBlocks: number | null = null) {
    const validator = await startValidator(dir, ["--log-level", "error", ...args], fileBlocks);
    const { validator: hotkey } = await fetched<Status>(validator.url, "/v1/status");
    return new PushWorld(validator, hotkey);
  }

  /** Ends the fleet, the validator and its directory. */
  async close(): Promise<void> {
    for (const miner of this.#miners) miner.leave();
    await this.validator.kill();
    removeDir(this.validator.dataDir);
  }

  /** Whether a miner of this world gave the job back. */
  gaveBack(jobId: string): boolean {
    return this.#miners.some(({ givenBack }) => givenBack.has(jobId));
  }

  get url(): string {
    return this.validator.url;
  }

  /** A miner that has not dialled in. */
  miner(name: string, work: Work, capacity = 8): FleetMiner {
    const miner = new FleetMiner({ url: this.url, validator: this.hotkey, name, capacity, work });
    this.#miners.push(miner);
    return miner;
  }

  async join(name: string, work: Work, capacity = 8): Promise<FleetMiner> {
    const miner = this.miner(name, work, capacity);
    assert.ok(await miner.join(), JSON.stringify(miner.refusals));
    return miner;
  }

  async status() {
    return fetched<Status>(this.url, "/v1/status");
  }

  async dispatch() {
    return (await this.status()).dispatch ?? assert.fail("no push lane");
  }

  view(miner: FleetMiner): Promise<MinerView> {
    return fetched(this.url, `/v1/miners/${miner.hotkey}`);
  }

  /** Null before the miner was seen. */
  async viewOrNull(miner: FleetMiner): Promise<MinerView | null> {
    const response = await fetch(`${this.url}/v1/miners/${miner.hotkey}`);
    const document = (await response.json()) as MinerView;
    return response.status === 200 ? document : null;
  }

  async strikes({ hotkey }: FleetMiner): Promise<readonly StrikeView[]> {
    const { items } = await fetched<{ items: StrikeView[] }>(this.url, `/v1/miners/${hotkey}/strikes`);
    return items;
  }

  async skiplist(): Promise<readonly SkiplistItem[]> {
    const { document } = await operatorAsks<{ items: SkiplistItem[] }>(
      ...([this.validator, "GET", "/v1/admin/skiplist"] as const),
    );
    return document.items;
  }

  /** Waits until the validator has counted this many accepted answers of the miner. */
  credited(miner: FleetMiner, accepted: number): Promise<void> {
    return eventually(async () => ((await this.viewOrNull(miner))?.counts.accepted ?? 0) >= accepted);
  }

  /** Puts in a customer's job; `x` names it. */
  putJob(x: string, clientKey = `job ${x}`, kind = KIND): Promise<{ status: number; document: JobView }> {
    const request = { lane: "groth16", kind, input: { x }, client_key: clientKey };
    return operatorAsks<JobView>(this.validator, "POST", "/v1/jobs", request);
  }

  /** The id of a new customer's job. */
  async queue(x: string): Promise<string> {
    const { status, document } = await this.putJob(x);
    assert.equal(status, 202, JSON.stringify(document));
    return document.job_id;
  }

  async job(id: string): Promise<JobView> {
    const { status, document } = await operatorAsks<JobView>(this.validator, "GET", `/v1/jobs/${id}`);
    assert.equal(status, 200);
    return document;
  }

  async jobInState(id: string, state: CustomerState): Promise<JobView> {
    await eventually(async () => (await this.job(id)).state === state);
    return this.job(id);
  }

  /** Puts in a customer's job for a miner that joins now; nobody else may have a free slot. Returns its id. */
  async handTo(miner: FleetMiner, x: string): Promise<string> {
    const id = await this.queue(x);
    assert.ok(await miner.join(), JSON.stringify(miner.refusals));
    await miner.order(0, isOf(x));
    return id;
  }

  /** The value of a metric, summed over the series that have these labels. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    return metricIn(await this.validator.metrics(), name, labels);
  }
}

/** Whether it is the job of a customer's `x`. */
export const isOf =
  (x: string) =>
  ({ input }: JobOrder): boolean =>
    input.x === x;
