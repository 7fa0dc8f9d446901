import { Mersenne } from "./mersenne.ts";

/** How clauses are kept satisfiable: `biased` flips a literal of a false clause, `ajm` redraws clauses with 0 or 3 true literals. */
export type Method = "biased" | "ajm";

export interface InstanceSpec {
  readonly seed: bigint;
  /** At least 3. */
  readonly vars: number;
  readonly clauses: number;
  readonly method: Method;
}

/** A planted 3-SAT instance. */
export interface Instance {
  readonly nVars: number;
  readonly nClauses: number;
  /** Three per clause. */
  readonly literals: Int32Array;
  /** The planted assignment, one 0 or 1 per variable. */
  readonly model: Uint8Array;
}

// One generator serves all calls: each is synchronous and seeds it again.
const generator = new Mersenne(0n);
const drawn = new Int32Array(3);

function drawModel(vars: number): Uint8Array {
  const model = new Uint8Array(vars);
  for (let v = 0; v < vars; v++) model[v] = 1 - generator.randbelow(2);
  return model;
}

/** Writes three literals at `at` and returns how many of them the model makes true. */
function drawClause(model: Uint8Array, literals: Int32Array, at: number): number {
  generator.sample3(model.length, drawn);
  let satisfied = 0;
  for (let i = 0; i < 3; i++) {
    const index = drawn[i] as number;
    // Arithmetic on the sign: a branch on a random bit would be mispredicted half of the time.
    const sign = generator.sign();
    literals[at + i] = ((index + 1) ^ sign) - sign;
    satisfied += (model[index] as number) ^ (sign & 1);
  }
  return satisfied;
}

function fillBiased(model: Uint8Array, literals: Int32Array): void {
  for (let at = 0; at < literals.length; at += 3) {
    if (drawClause(model, literals, at) > 0) continue;
    const flipped = at + generator.randbelow(3);
    literals[flipped] = -(literals[flipped] as number);
  }
}

function fillAjm(model: Uint8Array, literals: Int32Array): void {
  for (let at = 0; at < literals.length; ) {
    const satisfied = drawClause(model, literals, at);
    if (satisfied === 1 || satisfied === 2) at += 3;
  }
}

/** The instance of a seed, the same on every machine. Throws RangeError on fewer than 3 variables or a negative count. */
export function generate(spec: InstanceSpec): Instance {
  const { seed, vars, clauses, method } = spec;
  if (!Number.isInteger(vars) || vars < 3 || vars > 0x7fff_ffff)
    throw new RangeError(`instance: ${vars} variables`);
  if (!Number.isInteger(clauses) || clauses < 0) throw new RangeError(`instance: ${clauses} clauses`);
  generator.seed(seed);
  const model = drawModel(vars);
  const literals = new Int32Array(clauses * 3);
  if (method === "biased") fillBiased(model, literals);
  else fillAjm(model, literals);
  return { nVars: vars, nClauses: clauses, literals, model };
}
