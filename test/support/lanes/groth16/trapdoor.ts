import { BN_SNARK1, Fr, G1, G2, init, mul } from "mcl-wasm";
import { sha256Hex } from "../../../../src/core/hash.ts";
import type { JobInput } from "../../../../src/flow/lane.ts";
import { type Circuit, publicNames, signalCount } from "../../../../src/lanes/groth16/circuit.ts";
import { expectedSignals } from "../../../../src/lanes/groth16/inputs.ts";
import { R } from "../../../../src/lanes/groth16/numbers.ts";

await init(BN_SNARK1);
const g1 = new G1();
g1.setStr("1 1 2");
const g2 = new G2();
g2.setStr(
  "1 10857046999023057135944570762232829481370756359578518086990519993285655852781 11559732032986387107991004021392285783925812861821192530917403151452391805634 8495653923123431417604973247489272438418190587263600148770280649306958101930 4082367875863433681332203403145435568316851327593401208105741076214120093531",
);

/** Proofs differ in A and B by their place in these pools. */
const POOL = 32;

function inR(value: bigint): Fr {
  const scalar = new Fr();
  scalar.setStr((((value % R) + R) % R).toString());
  return scalar;
}

function words(point: G1 | G2): string[] {
  point.normalize();
  return point.getStr(10).split(" ").slice(1);
}

/** k times the generator of G1, as snarkjs writes points. */
export function g1Json(k: bigint): string[] {
  return [...words(mul(g1, inR(k))), "1"];
}

export function g2Json(k: bigint): string[][] {
  const [x0 = "", x1 = "", y0 = "", y1 = ""] = words(mul(g2, inR(k)));
  return [
    [x0, x1],
    [y0, y1],
    ["1", "0"],
  ];
}

function inverse(value: bigint): bigint {
  let [power, result, exponent] = [value, 1n, R - 2n];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * power) % R;
    power = (power * power) % R;
  }
  return result;
}

/** A and B of a proof, with their logarithms. */
interface Choice {
  readonly a: bigint;
  readonly b: bigint;
  readonly aJson: string[];
  readonly bJson: string[][];
}

/** A set-up made up by who knows its secrets: true-looking proofs of anything, thousands a second. */
export interface Trapdoor {
  readonly circuit: Circuit;
  /** The answer to an input; `n` varies the proof. Outputs follow from the input. */
  prove(input: JobInput, n: number): string;
  /** The same for any public signals. */
  proveSignals(signals: readonly bigint[], n: number): string;
  /** Logarithms to the generator of G1: of IC, and of pi_c in the proof of given signals. */
  readonly ic: readonly bigint[];
  logC(signals: readonly bigint[], n: number): bigint;
  /** Of a number, modulo r. */
  inverse(value: bigint): bigint;
}

/**
 * Secrets follow from the seed. In logarithms to the generators the equation reads ab = alpha beta + v gamma + c delta, so
 * that c follows from any a, b and signals.
 */
export function makeTrapdoor(
  seedText: string,
  circuitId: string,
  publicInputNames: readonly string[],
  outputs: number,
): Trapdoor {
  const secret = (name: string): bigint => BigInt(`0x${sha256Hex(`${seedText}/${circuitId}/${name}`)}`) % R;
  const bare: Circuit = {
    id: circuitId,
    file: `trapdoor:${circuitId}`,
    verificationKey: null,
    publicInputs: publicInputNames,
    benchmark: true,
  };
  const names = publicNames(bare);
  const nPublic = outputs + signalCount(names);
  const [alpha, beta, gamma, delta] = ["alpha", "beta", "gamma", "delta"].map(secret) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const ic = Array.from({ length: nPublic + 1 }, (_, index) => secret(`ic/${index}`));
  const verificationKey = {
    protocol: "groth16",
    curve: "bn128",
    nPublic,
    vk_alpha_1: g1Json(alpha),
    vk_beta_2: g2Json(beta),
    vk_gamma_2: g2Json(gamma),
    vk_delta_2: g2Json(delta),
    IC: ic.map(g1Json),
  };
  const pool = Array.from({ length: POOL }, (_, index): Choice => {
    const [a, b] = [secret(`a/${index}`), secret(`b/${index}`)];
    return { a, b, aJson: g1Json(a), bJson: g2Json(b) };
  });
  const deltaInverse = inverse(delta);

  const chosen = (n: number): [Choice, Choice] => {
    const [first, second] = [pool[n % POOL], pool[Math.floor(n / POOL) % POOL]];
    if (first === undefined || second === undefined) throw new RangeError(`trapdoor: no proof ${n}`);
    return [first, second];
  };
  const logC = (signals: readonly bigint[], n: number): bigint => {
    const [first, second] = chosen(n);
    const v = signals.reduce((sum, signal, index) => sum + signal * (ic[index + 1] ?? 0n), ic[0] ?? 0n);
    return ((first.a * second.b - alpha * beta - (v % R) * gamma) * deltaInverse) % R;
  };
  const proveSignals = (signals: readonly bigint[], n: number): string => {
    const [{ aJson: pi_a }, { bJson: pi_b }] = chosen(n);
    const pi_c = g1Json(logC(signals, n));
    const proof = { pi_a, pi_b, pi_c, protocol: "groth16", curve: "bn128" };
    return JSON.stringify({ proof, publicSignals: signals.map(String) });
  };

  return {
    circuit: { ...bare, verificationKey },
    ic,
    logC,
    inverse,
    proveSignals,
    prove(input, n) {
      const expected = expectedSignals(names, input);
      if (expected === null) throw new RangeError("trapdoor: an input that does not fit the circuit");
      const out = Array.from({ length: outputs }, (_, index) => secret(`out/${index}/${expected.join()}`));
      return proveSignals([...out, ...expected.map(BigInt)], n);
    },
  };
}
