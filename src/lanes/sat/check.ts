import type { Answer } from "../../flow/lane.ts";
import type { Verdict } from "../../flow/verdict.ts";
import type { Cnf } from "./dimacs.ts";
import type { Instance } from "./generate.ts";
import { decodeBitset, leadingBits, parseSolution, readValues } from "./solution.ts";

/** Truth by literal: entry `nVars + literal`. Both literals of a variable without a value are false. */
function truthTable(assignment: Uint8Array): Uint8Array {
  const n = assignment.length;
  const truth = new Uint8Array(2 * n + 1);
  for (let v = 1; v <= n; v++) {
    const value = assignment[v - 1] as number;
    truth[n + v] = value & 1;
    truth[n - v] = value === 0 ? 1 : 0;
  }
  return truth;
}

function everyTriple(literals: Int32Array, truth: Uint8Array, n: number): boolean {
  for (let at = 0; at < literals.length; at += 3) {
    const first = truth[n + (literals[at] as number)] as number;
    const second = truth[n + (literals[at + 1] as number)] as number;
    const third = truth[n + (literals[at + 2] as number)] as number;
    if ((first | second | third) === 0) return false;
  }
  return true;
}

function truthFor(formula: { readonly nVars: number }, assignment: Uint8Array): Uint8Array {
  if (assignment.length !== formula.nVars)
    throw new RangeError(`assignment: ${assignment.length} values for ${formula.nVars} variables`);
  return truthTable(assignment);
}

/** Whether the assignment, one 0 or 1 per variable, satisfies every clause. Throws RangeError on another length. */
export function checkWitness(instance: Instance, assignment: Uint8Array): boolean {
  return everyTriple(instance.literals, truthFor(instance, assignment), instance.nVars);
}

/** The same for clauses of any length; an empty clause is never satisfied. */
export function checkCnf(cnf: Cnf, assignment: Uint8Array): boolean {
  const truth = truthFor(cnf, assignment);
  let at = 0;
  for (const end of cnf.ends) {
    let satisfied = 0;
    for (; at < end; at++) satisfied |= truth[cnf.nVars + (cnf.literals[at] as number)] as number;
    if (satisfied === 0) return false;
  }
  return true;
}

function satisfies(formula: Instance | Cnf, assignment: Uint8Array): boolean {
  return "ends" in formula ? checkCnf(formula, assignment) : checkWitness(formula, assignment);
}

/** Whether an answer that is refused for its form satisfies every clause all the same, by the values that it does state. */
function holdsSolution(formula: Instance | Cnf, { encoding, bytes }: Answer): boolean {
  const { nVars } = formula;
  if (encoding === "bitset")
    return bytes.length * 8 >= nVars && satisfies(formula, leadingBits(bytes, nVars));
  const values = readValues(Buffer.from(bytes).toString("utf8"), nVars);
  return typeof values !== "string" && satisfies(formula, values);
}

/** Checks an answer as received. One that is refused only for its form, and holds a solution, is spared a strike. */
export function checkAnswer(formula: Instance | Cnf, answer: Answer): Verdict {
  const assignment =
    answer.encoding === "bitset"
      ? decodeBitset(answer.bytes, formula.nVars)
      : parseSolution(Buffer.from(answer.bytes).toString("utf8"), formula.nVars);
  if (typeof assignment === "string") {
    const refused = { outcome: "invalid", code: assignment } as const;
    return holdsSolution(formula, answer) ? { ...refused, spared: true } : refused;
  }
  return satisfies(formula, assignment)
    ? { outcome: "valid" }
    : { outcome: "invalid", code: "solution_unsatisfied" };
}
