import type { InvalidCode } from "../../flow/verdict.ts";
import { linesOf, parseInteger, wordsOf } from "./text.ts";

/** Marks a variable without a literal so far. */
const UNKNOWN = 2;

/** The fault that the last `s` line shows; null when it says satisfiable. */
function statusFault(text: string): InvalidCode | null {
  let status: string | null = null;
  for (const line of linesOf(text)) if (line.startsWith("s")) status = line.slice(1).toUpperCase();
  if (status === null) return "solution_missing_status";
  if (status.includes("UNSATISFIABLE")) return "solution_status_unsatisfiable";
  return status.includes("SATISFIABLE") ? null : "solution_unknown_status";
}

/** Sets one literal; returns a fault or null. */
function assign(values: Uint8Array, literal: number): InvalidCode | null {
  const known = values[Math.abs(literal) - 1];
  if (known === undefined) return "solution_variable_out_of_range";
  const value = literal > 0 ? 1 : 0;
  if (known !== UNKNOWN && known !== value) return "solution_contradictory_assignment";
  values[Math.abs(literal) - 1] = value;
  return null;
}

/** The `v` lines as values, with those not assigned left unknown; zeros are skipped at any position. */
export function readValues(text: string, nVars: number): Uint8Array | InvalidCode {
  const values = new Uint8Array(nVars).fill(UNKNOWN);
  for (const line of linesOf(text)) {
    if (!line.startsWith("v")) continue;
    for (const word of wordsOf(line, 1)) {
      const literal = parseInteger(word);
      if (literal === null) return "solution_non_integer_literal";
      const fault = literal === 0 ? null : assign(values, literal);
      if (fault !== null) return fault;
    }
  }
  return values;
}

/** DIMACS solver output as an assignment, one 0 or 1 per variable, or its first fault. */
export function parseSolution(text: string, nVars: number): Uint8Array | InvalidCode {
  if (linesOf(text).next().done) return "answer_missing_dimacs_solution";
  const fault = statusFault(text);
  if (fault !== null) return fault;
  const values = readValues(text, nVars);
  if (typeof values === "string") return values;
  return values.includes(UNKNOWN) ? "solution_incomplete_assignment" : values;
}

/** A bitset (bit `i - 1`, least significant first, for variable `i`) as an assignment, or its fault. */
export function decodeBitset(bytes: Uint8Array, nVars: number): Uint8Array | InvalidCode {
  if (bytes.length !== Math.ceil(nVars / 8)) return "assignment_wrong_length";
  const used = nVars % 8;
  if (used !== 0 && (bytes[bytes.length - 1] ?? 0) >> used !== 0) return "assignment_spare_bits";
  return leadingBits(bytes, nVars);
}

/** The first bits as an assignment, whatever follows them. */
export function leadingBits(bytes: Uint8Array, nVars: number): Uint8Array {
  const assignment = new Uint8Array(nVars);
  for (let v = 0; v < nVars; v++) assignment[v] = ((bytes[v >> 3] ?? 0) >> (v & 7)) & 1;
  return assignment;
}

/** The bitset of an assignment; spare bits are zero. */
export function encodeBitset(model: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(model.length / 8));
  model.forEach((value, v) => {
    if (value === 1) bytes[v >> 3] = (bytes[v >> 3] as number) | (1 << (v & 7));
  });
  return bytes;
}

/** The assignment as signed literals 1..n. */
export function literalsOf(model: Uint8Array): number[] {
  return Array.from(model, (value, v) => (value === 1 ? v + 1 : -v - 1));
}

/** The assignment as DIMACS solver output. */
export function renderSolution(model: Uint8Array): string {
  return `s SATISFIABLE\nv ${[...literalsOf(model), 0].join(" ")}\n`;
}
