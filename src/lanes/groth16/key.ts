import { type Circuit, circuitFault, MAX_SIGNALS, type PublicName, signalCount } from "./circuit.ts";
import { type Engine, type G1, type G2, type Gt, g1At, type Lines } from "./engine.ts";
import type { PointLoader } from "./pointLoader.ts";
import { type G1Text, type G2Text, type PointFault, readG1, readG2 } from "./points.ts";

/** A verification key, prepared for checks, in memory that is kept. */
export interface Key {
  readonly signalCount: number;
  /** One point more than the signals. */
  readonly ic: G1;
  /** e(alpha, beta)^-1. */
  readonly alphaBetaInverse: Gt;
  /** Of -gamma and -delta. */
  readonly gamma: Lines;
  readonly delta: Lines;
}

const said: Readonly<Record<PointFault, string>> = {
  proof_malformed: "not a point as snarkjs writes it",
  proof_number_not_canonical: "a point with a number that is not a canonical decimal text",
  proof_number_out_of_range: "a point with a coordinate that is not below p",
  proof_point_at_infinity: "the point at infinity",
  proof_point_not_on_curve: "a point that is not on the curve",
  proof_point_not_in_subgroup: "a point outside of the subgroup",
};

/** Names of the one curve. */
const CURVE_NAMES = [
  "bn128",
  "bn254",
  "bn256",
  "alt_bn128",
  "alt-bn128",
  "altbn128",
  "bn_128",
  "bn-128",
  "bn_254",
  "bn-254",
];

type Fields = Readonly<Record<string, unknown>>;

/** Reads the parts of one circuit's key; throws every fault as `circuit_invalid`. */
class KeyReader {
  readonly #circuit: Circuit;
  readonly #fields: Fields;
  readonly #loader: PointLoader;

  constructor(circuit: Circuit, loader: PointLoader) {
    const { verificationKey } = circuit;
    if (typeof verificationKey !== "object" || verificationKey === null || Array.isArray(verificationKey))
      throw circuitFault(circuit, "the key is not a JSON object");
    this.#circuit = circuit;
    this.#fields = verificationKey as Fields;
    this.#loader = loader;
  }

  fail(cause: string): never {
    throw circuitFault(this.#circuit, cause);
  }

  /** The first name is that of snarkjs; upper and lower case are alike. */
  want(name: string, names: readonly string[]): void {
    const found = this.#fields[name];
    if (typeof found !== "string" || !names.includes(found.toLowerCase()))
      this.fail(`${name} is not ${names[0]}`);
  }

  /** The number of public signals that the key states and that matches the length of IC. */
  signalCount(names: readonly PublicName[]): number {
    const { nPublic: count, IC: ic } = this.#fields;
    if (typeof count !== "number" || !Number.isInteger(count) || count < 0)
      this.fail("nPublic is not a number of signals");
    if (count > MAX_SIGNALS) this.fail(`nPublic is ${count}, above ${MAX_SIGNALS}`);
    const inputs = signalCount(names);
    if (count < inputs) this.fail(`nPublic is ${count}, fewer than the ${inputs} public inputs`);
    if (!Array.isArray(ic) || ic.length !== count + 1) this.fail(`IC is not a list of ${count + 1} points`);
    return count;
  }

  #point<T>(what: string, text: T | PointFault, load: (text: T) => PointFault | null): void {
    const fault = typeof text === "string" ? (text as PointFault) : load(text as T);
    if (fault !== null) this.fail(`${what} is ${said[fault]}`);
  }

  g1(z: G1, name: string): void {
    this.#point<G1Text>(name, readG1(this.#fields[name]), (text) => this.#loader.loadG1(z, text));
  }

  g2(z: G2, name: string): void {
    this.#point<G2Text>(name, readG2(this.#fields[name]), (text) => this.#loader.loadG2(z, text));
  }

  ic(z: G1): void {
    for (const [index, value] of (this.#fields.IC as unknown[]).entries())
      this.#point<G1Text>(`IC[${index}]`, readG1(value), (text) => this.#loader.loadG1(g1At(z, index), text));
  }
}

function linesOfNegated(engine: Engine, point: G2): Lines {
  const lines = engine.keepLines();
  engine.mcl._mclBnG2_neg(point, point);
  engine.mcl._mclBn_precomputeG2(lines, point);
  return lines;
}

/** Validates a circuit's key and computes what every check needs of it. Throws `circuit_invalid`, naming what is wrong. */
export function prepareKey(loader: PointLoader, circuit: Circuit, names: readonly PublicName[]): Key {
  const { engine } = loader;
  const reader = new KeyReader(circuit, loader);
  reader.want("protocol", ["groth16"]);
  reader.want("curve", CURVE_NAMES);
  const count = reader.signalCount(names);
  return engine.scope(() => {
    const [alpha, beta, gamma, delta] = [engine.g1(), engine.g2(), engine.g2(), engine.g2()];
    const ic = engine.g1(count + 1);
    reader.g1(alpha, "vk_alpha_1");
    reader.g2(beta, "vk_beta_2");
    reader.g2(gamma, "vk_gamma_2");
    reader.g2(delta, "vk_delta_2");
    reader.ic(ic);
    // A set-up without contributions leaves delta = gamma, and then anyone can forge proofs.
    if (engine.mcl._mclBnG2_isEqual(gamma, delta) === 1)
      reader.fail("vk_delta_2 equals vk_gamma_2, which lets anyone forge proofs");
    // Memory is kept only once nothing can fail any more.
    const kept = { ic: engine.keepG1(count + 1), alphaBetaInverse: engine.keepGt() };
    engine.copy(kept.ic, ic, g1At(ic, count + 1) - ic);
    engine.mcl._mclBn_pairing(kept.alphaBetaInverse, alpha, beta);
    engine.mcl._mclBnGT_inv(kept.alphaBetaInverse, kept.alphaBetaInverse);
    const [gammaLines, deltaLines] = [linesOfNegated(engine, gamma), linesOfNegated(engine, delta)];
    return { signalCount: count, ...kept, gamma: gammaLines, delta: deltaLines };
  });
}
