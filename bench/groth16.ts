import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { JobCheck, PushLane } from "../src/flow/lane.ts";
import { makeGroth16Lane } from "../src/lanes/groth16/lane.ts";
import { policy } from "../test/support/lanes/groth16/answers.ts";
import {
  endSnarkjs,
  hashChain,
  loadSnarkjs,
  type Snarkjs,
  type SnarkProof,
} from "../test/support/lanes/groth16/snarkjs.ts";
import { makeTrapdoor } from "../test/support/lanes/groth16/trapdoor.ts";
import { type BenchOptions, type BenchReport, machine, median, round } from "./report.ts";
import { at } from "./timed.ts";

const BATCH = 16;
const ROUNDS = 15;
const WARM_UPS = 3;
/** Proofs made up in one go. */
const MADE_UP = 512;

interface Vectors {
  readonly verification_key: unknown;
  readonly proofs: readonly { readonly input: { readonly x: string }; readonly answer: SnarkProof }[];
}

interface Subject {
  readonly lane: PushLane;
  readonly key: unknown;
  readonly proofs: readonly SnarkProof[];
  readonly clean: readonly JobCheck[];
  /** The same with its first proof false: wherever the false one is, the search takes as long. */
  readonly oneBad: readonly JobCheck[];
}

async function subject(): Promise<Subject> {
  const file = new URL("../test/vectors/groth16.json", import.meta.url);
  const { verification_key: key, proofs } = JSON.parse(readFileSync(file, "utf8")) as Vectors;
  const lane = makeGroth16Lane({ policy, circuits: [{ ...hashChain(), verificationKey: key }] });
  await lane.prepare();
  const clean = proofs
    .slice(0, BATCH)
    .map(({ input, answer }) => ({ input, answer: JSON.stringify(answer) }));
  const { input, answer } = at(proofs, 0);
  const bad = { input, answer: JSON.stringify({ ...answer, publicSignals: ["7", input.x] }) };
  return { lane, key, proofs: proofs.map((one) => one.answer), clean, oneBad: [bad, ...clean.slice(1)] };
}

function check({ lane }: Subject, items: readonly JobCheck[], bad: number): void {
  const verdicts = lane.check("hash-chain", items, (count) => randomBytes(count));
  if (verdicts.filter(({ outcome }) => outcome === "invalid").length !== bad)
    throw new Error("bench: an answer was misjudged");
}

async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function verifyBySnarkjs({ groth16 }: Snarkjs, { key, proofs }: Subject, call: number): Promise<void> {
  const { proof, publicSignals } = at(proofs, call);
  if (!(await groth16.verify(key, publicSignals, proof))) throw new Error("bench: snarkjs misjudged a proof");
}

function makeUp(): (call: number) => void {
  const trapdoor = makeTrapdoor("bench", "made-up", ["x"], 1);
  return (call) => {
    for (let n = 0; n < MADE_UP; n++) trapdoor.prove({ x: String(call * MADE_UP + n) }, n);
  };
}

/** Milliseconds of each work, medians over rounds that run every work once. */
async function compare(
  works: Readonly<Record<string, (call: number) => unknown>>,
): Promise<Map<string, number>> {
  const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
  for (let call = 0; call < WARM_UPS + ROUNDS; call++) {
    for (const [name, work] of Object.entries(works)) {
      const ms = await timed(() => work(call));
      if (call >= WARM_UPS) times.get(name)?.push(ms);
    }
  }
  return new Map(Array.from(times, ([name, list]) => [name, median(list)]));
}

/** Checks of true proofs in batches and alone, next to snarkjs on the same proofs. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  options.progress(`batches of ${BATCH} proofs, single ones, and snarkjs on the same: ${ROUNDS} rounds`);
  const snarkjs = await loadSnarkjs();
  const one = await subject();
  const times = await compare({
    batch: () => check(one, one.clean, 0),
    oneBad: () => check(one, one.oneBad, 1),
    single: (call) => check(one, [at(one.clean, call)], 0),
    snarkjs: (call) => verifyBySnarkjs(snarkjs, one, call),
    makeUp: makeUp(),
  }).finally(endSnarkjs);
  const ms = (name: string): number => times.get(name) ?? Number.NaN;
  const perProof = ms("batch") / BATCH;
  return {
    bench: "groth16",
    figures: {
      batch16_ms_per_proof: round(perProof),
      single_ms: round(ms("single")),
      snarkjs_ms: round(ms("snarkjs")),
      one_bad_factor: round(ms("oneBad") / ms("batch")),
      trapdoor_proofs_per_s: Math.round((MADE_UP * 1000) / ms("makeUp")),
    },
    ratios: {
      snarkjs_to_batch16: round(ms("snarkjs") / perProof),
      snarkjs_to_single: round(ms("snarkjs") / ms("single")),
    },
    machine: machine(),
  };
}
