import type { Answer } from "../../flow/lane.ts";
import type { Verdict } from "../../flow/verdict.ts";
import type { Cnf } from "./dimacs.ts";
import type { Instance } from "./generate.ts";
import { decodeBitset, type Fault, parseSolution, type Read, UNKNOWN } from "./solution.ts";

/** What is done with a model that leaves variables open but has a true literal in every clause. */
export type Partial = "reject" | "accept";

/** Truth by literal: entry `nVars + literal`. Both literals of a variable without a value are false. */
function truthTable(assignment: Uint8Array): Uint8Array {
  const n = assignment.length;
  const truth = new Uint8Array(2 * n + 1);
  for (let v = 1; v <= n; v++) {
    const value = assignment[v - 1] as number;
    if (value === UNKNOWN) continue;
    truth[n + v] = value;
    truth[n - v] = value ^ 1;
  }
  return truth;
}

/** The number of the first clause, from 0, of three literals that has no true one; -1 when every clause has. */
function falseTriple({ literals, nVars: n }: Instance, truth: Uint8Array): number {
  for (let at = 0; at < literals.length; at += 3) {
    const first = truth[n + (literals[at] as number)] as number;
    const second = truth[n + (literals[at + 1] as number)] as number;
    const third = truth[n + (literals[at + 2] as number)] as number;
    if ((first | second | third) === 0) return at / 3;
  }
  return -1;
}

/** The same for clauses of any length; an empty clause is never satisfied. */
function falseClause({ literals, ends, nVars }: Cnf, truth: Uint8Array): number {
  let at = 0;
  for (let clause = 0; clause < ends.length; clause++) {
    let satisfied = 0;
    for (const end = ends[clause] as number; at < end; at++)
      satisfied |= truth[nVars + (literals[at] as number)] as number;
    if (satisfied === 0) return clause;
  }
  return -1;
}

/** The number of the first clause, from 0, without a true literal, or -1. Throws RangeError on another number of values. */
export function firstUnsatisfied(formula: Instance | Cnf, assignment: Uint8Array): number {
  if (assignment.length !== formula.nVars)
    throw new RangeError(`assignment: ${assignment.length} values for ${formula.nVars} variables`);
  const truth = truthTable(assignment);
  return "ends" in formula ? falseClause(formula, truth) : falseTriple(formula, truth);
}

function read(formula: Instance | Cnf, { encoding, bytes }: Answer): Read {
  return encoding === "bitset"
    ? decodeBitset(bytes, formula.nVars)
    : parseSolution(Buffer.from(bytes).toString("utf8"), formula.nVars);
}

/** What is known of an answer: its fault or null, and what a person would ask next. */
export interface Finding {
  readonly fault: Fault | null;
  /** Variables without a value. */
  readonly unassigned: number;
  /** Whether every clause has a true literal by the values that the answer states. */
  readonly satisfied: boolean;
}

/** Looks at an answer as received. A model with variables left open is a fault, whether or not it satisfies every clause. */
export function inspect(formula: Instance | Cnf, answer: Answer): Finding {
  const { fault, values } = read(formula, answer);
  if (values === null) return { fault, unassigned: 0, satisfied: false };
  const open = values.indexOf(UNKNOWN);
  const unassigned = open < 0 ? 0 : values.filter((value) => value === UNKNOWN).length;
  const clause = firstUnsatisfied(formula, values);
  const satisfied = clause < 0;
  const found = { unassigned, satisfied };
  if (fault !== null) return { fault, ...found };
  if (unassigned > 0)
    return { fault: { code: "solution_incomplete_assignment", place: `variable ${open + 1}` }, ...found };
  if (satisfied) return { fault: null, ...found };
  return { fault: { code: "solution_unsatisfied", place: `clause ${clause + 1}` }, ...found };
}

/** Whether the answer is taken: without a fault, or open in variables that do not matter where that is allowed. */
export function isTaken({ fault, satisfied }: Finding, partial: Partial): boolean {
  if (fault === null) return true;
  return partial === "accept" && satisfied && fault.code === "solution_incomplete_assignment";
}

/** Checks an answer as received. One that is refused only for its form, and holds a solution, is spared a strike. */
export function checkAnswer(formula: Instance | Cnf, answer: Answer, partial: Partial = "reject"): Verdict {
  const finding = inspect(formula, answer);
  if (finding.fault === null || isTaken(finding, partial)) return { outcome: "valid" };
  const refused = { outcome: "invalid", code: finding.fault.code } as const;
  return finding.satisfied ? { ...refused, spared: true } : refused;
}
