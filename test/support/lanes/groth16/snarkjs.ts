import { readFileSync } from "node:fs";
import type { Circuit } from "../../../../src/lanes/groth16/circuit.ts";

export interface SnarkProof {
  readonly proof: object;
  readonly publicSignals: readonly string[];
}

/** The parts of snarkjs that tests and benches use. A GPL tool for development: nothing in src imports it. */
export interface Snarkjs {
  readonly groth16: {
    fullProve(input: object, wasmFile: string, zkeyFile: string): Promise<SnarkProof>;
    verify(key: unknown, signals: readonly string[], proof: object): Promise<boolean>;
  };
}

export async function loadSnarkjs(): Promise<Snarkjs> {
  // It has no types; a specifier that is no literal keeps the compiler from asking for them.
  const specifier = "snarkjs";
  return (await import(specifier)) as Snarkjs;
}

/** Ends the worker threads of snarkjs, without which the process does not end. */
export async function endSnarkjs(): Promise<void> {
  await (globalThis as { curve_bn128?: { terminate(): Promise<void> } }).curve_bn128?.terminate();
}

const home = new URL("../../../../circuits/hash-chain/", import.meta.url);
export const hashChainWasm = new URL("hash-chain.wasm", home).pathname;
export const hashChainZkey = new URL("hash-chain.zkey", home).pathname;

/** The circuit that the repository carries. */
export function hashChain(): Circuit {
  const file = new URL("verification_key.json", home).pathname;
  return {
    id: "hash-chain",
    file,
    verificationKey: JSON.parse(readFileSync(file, "utf8")),
    publicInputs: ["x"],
    benchmark: true,
  };
}
