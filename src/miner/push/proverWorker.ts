import { parentPort, workerData } from "node:worker_threads";
import { causeText } from "../../core/problems/assayError.ts";
import type { JobInput } from "../../flow/lane.ts";
import type { ProofAnswer } from "./prover.ts";

export interface ProverWorkerData {
  /** Name of the package that proves. */
  readonly engine: string;
  /**
   * An empty script: a dependency of the engine takes every thread for one that it started itself, and runs this in it.
   */
  readonly mod: "data:,";
}

/** A request to a thread: a proof, or null to ask whether it is ready. */
export type ProverQuestion =
  | "ready"
  | { readonly input: JobInput; readonly wasm: Uint8Array; readonly zkey: Uint8Array };

export type ProverReply =
  | { readonly answer: ProofAnswer | null }
  | { readonly fault: string; readonly missing: boolean };

/** The parts of snarkjs that a proof takes. */
interface Snarkjs {
  readonly curves: {
    getCurveFromName(name: string, options: { readonly singleThread: boolean }): Promise<object>;
  };
  readonly groth16: {
    fullProve(input: JobInput, wasm: Uint8Array, zkey: Uint8Array): Promise<ProofAnswer>;
  };
}

const { engine } = workerData as ProverWorkerData;

/**
 * The engine's curve. By default the engine makes a curve that starts a thread per core; given a single-threaded one it uses
 * that, and does not compile it again for every proof.
 */
async function load(): Promise<Snarkjs> {
  const snarkjs = (await import(engine)) as Snarkjs;
  const curve = await snarkjs.curves.getCurveFromName("bn128", { singleThread: true });
  Object.assign(globalThis, { curve_bn128: curve });
  return snarkjs;
}

let loading: Promise<Snarkjs> | null = null;

async function answer(question: ProverQuestion): Promise<ProverReply> {
  loading ??= load();
  let snarkjs: Snarkjs;
  try {
    snarkjs = await loading;
  } catch (error) {
    const missing = Object(error).code === "ERR_MODULE_NOT_FOUND";
    return { fault: causeText(error), missing };
  }
  if (question === "ready") return { answer: null };
  try {
    return { answer: await snarkjs.groth16.fullProve(question.input, question.wasm, question.zkey) };
  } catch (error) {
    return { fault: causeText(error), missing: false };
  }
}

parentPort?.on("message", (question: ProverQuestion) => {
  void answer(question).then((reply) => parentPort?.postMessage(reply));
});
