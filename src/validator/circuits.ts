import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import type { Config } from "../config/schema.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { sibling } from "../core/sibling.ts";
import { withoutMark } from "../keys/readText.ts";
import type { Circuit } from "../lanes/groth16/circuit.ts";
import type { LanesAnswer } from "./circuitThread.ts";
import type { LaneFacts } from "./lanes.ts";

/** A key has some kilobytes, and one point per public signal; a larger file is a mistake. */
const KEY_BYTES_MAX = 1_048_576;

function readKey(circuit: string, file: string): unknown {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > KEY_BYTES_MAX) throw new RangeError(`larger than ${KEY_BYTES_MAX} bytes`);
    return JSON.parse(Buffer.from(withoutMark(bytes)).toString("utf8"));
  } catch (error) {
    throw new AssayError({ code: "circuit_invalid", circuit, file, cause_text: causeText(error) });
  }
}

/** Reads the keys of the configured circuits, relative to the data directory. Throws `circuit_invalid`, naming the circuit. */
export function loadCircuits({ lanes }: Config, dataDir: string): Circuit[] {
  return lanes.groth16.circuits.map((circuit) => {
    const { id, public_inputs: publicInputs, private_inputs: privateInputs } = circuit;
    const file = resolve(dataDir, circuit.verification_key);
    return {
      ...{ id, file, verificationKey: readKey(id, file), publicInputs, privateInputs },
      ...{ suppliedBy: circuit.supplied_by, benchmark: circuit.benchmark.enabled },
    };
  });
}

/**
 * Tests that every circuit can be used for checks, in a thread that then ends: this thread never checks, and would keep the
 * engine's memory. Throws `circuit_invalid`, naming the circuit.
 */
export async function tryCircuits(facts: LaneFacts): Promise<void> {
  if (facts.circuits.length === 0) return;
  const worker = new Worker(sibling(import.meta.url, "circuitThread"), {
    workerData: facts,
    name: "assay-circuits",
  });
  try {
    const [{ problem }] = (await once(worker, "message")) as [LanesAnswer];
    if (problem !== null) throw new AssayError(problem);
  } finally {
    await worker.terminate();
  }
}
