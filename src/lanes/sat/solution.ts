import type { InvalidCode } from "../../flow/verdict.ts";
import { isSpace, linesOf, parseInteger, wordsOf } from "./text.ts";

/** Marks a variable without a literal. */
export const UNKNOWN = 2;
const BYTE_ORDER_MARK = "\ufeff";
const WORD_SHOWN = 20;

/** Why a text is no answer, and where: for people, in the words of `assay check`. */
export interface Fault {
  readonly code: InvalidCode;
  readonly place?: string;
}

/** What the `s` and `v` lines of a text say. */
interface Reading {
  /** The last status in capitals; null without one. */
  readonly status: string | null;
  /** Literals in their order; zeros are skipped at any position. */
  readonly literals: readonly number[];
}

/**
 * The status of a line, else null. "s" may touch what follows, as other deployments accept `sSATISFIABLE`; a line such as
 * `sys 0m0.0s` of a solver's own report is none.
 */
function statusOf(line: string): string | null {
  if (!line.startsWith("s")) return null;
  const rest = line.slice(1).toUpperCase();
  const apart = rest === "" || isSpace(rest.charCodeAt(0));
  return apart || rest.includes("SATISFIABLE") ? rest : null;
}

/** Whether the line lists literals: `v 1 -2`, also `v1 -2`, but not `version 3`. */
function listsLiterals(line: string): boolean {
  if (!line.startsWith("v")) return false;
  if (line.length === 1 || isSpace(line.charCodeAt(1))) return true;
  const [first] = wordsOf(line, 1);
  return first !== undefined && parseInteger(first) !== null;
}

/** Reads the whole text first: a word that is no integer is a fault before every other. */
function read(text: string): Reading | Fault {
  let status: string | null = null;
  const literals: number[] = [];
  for (const line of linesOf(text)) {
    status = statusOf(line) ?? status;
    if (!listsLiterals(line)) continue;
    for (const word of wordsOf(line, 1)) {
      const literal = parseInteger(word);
      if (literal === null)
        return { code: "solution_non_integer_literal", place: JSON.stringify(word.slice(0, WORD_SHOWN)) };
      if (literal !== 0) literals.push(literal);
    }
  }
  return { status, literals };
}

function statusFault(status: string | null): Fault | null {
  if (status === null) return { code: "solution_missing_status" };
  if (status.includes("UNSATISFIABLE")) return { code: "solution_status_unsatisfiable" };
  return status.includes("SATISFIABLE") ? null : { code: "solution_unknown_status" };
}

/** Sets one literal; returns a fault or null. */
function assign(values: Uint8Array, literal: number): Fault | null {
  const known = values[Math.abs(literal) - 1];
  if (known === undefined)
    return {
      code: "solution_variable_out_of_range",
      place: `variable ${Math.abs(literal)} of ${values.length}`,
    };
  const value = literal > 0 ? 1 : 0;
  if (known !== UNKNOWN && known !== value)
    return { code: "solution_contradictory_assignment", place: `variable ${Math.abs(literal)}` };
  values[Math.abs(literal) - 1] = value;
  return null;
}

/** An answer as read. A fault of its form leaves values where the answer states some all the same. */
export interface Read {
  /** The first fault; null without one. */
  readonly fault: Fault | null;
  /** 0, 1 or `UNKNOWN` per variable; null where they cannot be told. */
  readonly values: Uint8Array | null;
}

function readText(text: string, nVars: number): Read {
  const reading = read(text);
  if ("code" in reading) return { fault: reading, values: null };
  const status = statusFault(reading.status);
  const values = new Uint8Array(nVars).fill(UNKNOWN);
  for (const literal of reading.literals) {
    const fault = assign(values, literal);
    if (fault !== null) return { fault: status ?? fault, values: null };
  }
  return { fault: status, values };
}

/**
 * Reads DIMACS solver output. Faults come in the order of the checker of this ecosystem: integers, status, range and
 * contradiction. A byte order mark is skipped where the text is no answer with it.
 */
export function parseSolution(text: string, nVars: number): Read {
  if (linesOf(text).next().done) return { fault: { code: "answer_missing_dimacs_solution" }, values: null };
  const reading = readText(text, nVars);
  const marked = reading.fault !== null && text.startsWith(BYTE_ORDER_MARK);
  return marked ? parseSolution(text.slice(1), nVars) : reading;
}

function bitsetFault(bytes: Uint8Array, nVars: number): Fault | null {
  const length = Math.ceil(nVars / 8);
  if (bytes.length !== length)
    return { code: "assignment_wrong_length", place: `${bytes.length} bytes, not ${length}` };
  const used = nVars % 8;
  const spare = used === 0 ? 0 : (bytes[length - 1] ?? 0) >> used;
  return spare === 0 ? null : { code: "assignment_spare_bits" };
}

/** Reads a bitset: bit `i - 1`, least significant first, for variable `i`. What follows the last variable is a fault of form. */
export function decodeBitset(bytes: Uint8Array, nVars: number): Read {
  const fault = bitsetFault(bytes, nVars);
  if (bytes.length * 8 < nVars) return { fault, values: null };
  const values = new Uint8Array(nVars);
  for (let v = 0; v < nVars; v++) values[v] = ((bytes[v >> 3] as number) >> (v & 7)) & 1;
  return { fault, values };
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
