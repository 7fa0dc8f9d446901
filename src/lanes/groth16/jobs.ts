import { hash } from "node:crypto";
import type { JobInput } from "../../flow/lane.ts";
import { MAX_SIGNALS, type PublicName, signalCount } from "./circuit.ts";
import { expectedSignals } from "./inputs.ts";

/** A number of 253 bits from the seed: always below r, so one try is enough. */
function element(seed: bigint, index: number): string {
  const digest = hash("sha256", `assay/v1/groth16/input/${seed}/${index}`, "hex");
  return BigInt.asUintN(253, BigInt(`0x${digest}`)).toString();
}

function elements(seed: bigint, first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => element(seed, first + index));
}

/** Which of `count` circuits the seed's benchmark job uses. */
export function pick(seed: bigint, count: number): number {
  if (count === 1) return 0;
  return Number.parseInt(hash("sha256", `assay/v1/groth16/kind/${seed}`, "hex").slice(0, 12), 16) % count;
}

/** The input of the seed's benchmark job: one hash per public input. */
export function benchmarkInput(seed: bigint, names: readonly PublicName[]): JobInput {
  let next = 0;
  return Object.fromEntries(
    names.map(({ name, length }) => {
      const first = next;
      next += length ?? 1;
      return [name, length === null ? element(seed, first) : elements(seed, first, length)];
    }),
  );
}

// The generators, and twice that of G1: points in the right groups, known without an engine.
const one = ["1", "2", "1"];
const two = [
  "1368015179489954701390400359078579693043519447331113978918064868415326638035",
  "9918110051302171585080402603319702774565515993150576347155970296011118125764",
  "1",
];
const generator2 = [
  [
    "10857046999023057135944570762232829481370756359578518086990519993285655852781",
    "11559732032986387107991004021392285783925812861821192530917403151452391805634",
  ],
  [
    "8495653923123431417604973247489272438418190587263600148770280649306958101930",
    "4082367875863433681332203403145435568316851327593401208105741076214120093531",
  ],
  ["1", "0"],
];

/**
 * An answer with the right inputs and points in their groups, but a false proof: it would be true only if the key's secret
 * numbers agreed by chance. Null when the key does not state the number of signals.
 */
export function falseAnswer(
  seed: bigint,
  names: readonly PublicName[],
  input: JobInput,
  verificationKey: unknown,
): string | null {
  const { nPublic } = Object(verificationKey) as { nPublic?: unknown };
  const inputs = signalCount(names);
  const expected = expectedSignals(names, input);
  if (expected === null || typeof nPublic !== "number" || !(nPublic >= inputs && nPublic <= MAX_SIGNALS))
    return null;
  const outputs = elements(seed, inputs, nPublic - inputs);
  const proof = { pi_a: one, pi_b: generator2, pi_c: two, protocol: "groth16", curve: "bn128" };
  return JSON.stringify({ proof, publicSignals: [...outputs, ...expected] });
}
