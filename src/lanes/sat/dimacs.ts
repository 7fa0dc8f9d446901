import { AssayError } from "../../core/problems/assayError.ts";
import type { Instance } from "./generate.ts";
import { wordsOf } from "./text.ts";

/** A formula with clauses of any length. */
export interface Cnf {
  readonly nVars: number;
  readonly nClauses: number;
  /** The literals of all clauses, one clause after the other. */
  readonly literals: Int32Array;
  /** Where each clause ends in `literals`, exclusive. */
  readonly ends: Int32Array;
}

/** Far more than a solver takes; keeps a wrong header from allocating all memory. */
const COUNT_MAX = 100_000_000;
const header = /^p\s+cnf\s+(\d{1,9})\s+(\d{1,9})\s*$/;
const integer = /^-?\d{1,10}$/;

/** The DIMACS text of an instance: a `p` line, then one clause per line. */
export function renderCnf(instance: Instance): string {
  const { nVars, nClauses, literals } = instance;
  let text = `p cnf ${nVars} ${nClauses}\n`;
  for (let at = 0; at < literals.length; at += 3)
    text += `${literals[at]} ${literals[at + 1]} ${literals[at + 2]} 0\n`;
  return text;
}

/** Reads a formula line by line; an error names its line. */
class CnfReader {
  #line = 0;
  #counts: { nVars: number; nClauses: number } | null = null;
  readonly #literals: number[] = [];
  readonly #ends: number[] = [];

  #fail(fault: string): never {
    throw new AssayError({ code: "failed", message: `CNF, line ${this.#line}: ${fault}` });
  }

  /** False at the end of the formula. */
  read(raw: string): boolean {
    this.#line++;
    const line = raw.trim();
    // "%" ends the files of an old benchmark collection.
    if (line.startsWith("%")) return false;
    if (line === "" || line.startsWith("c")) return true;
    if (line.startsWith("p")) this.#readHeader(line);
    else this.#readLiterals(line);
    return true;
  }

  #readHeader(line: string): void {
    if (this.#counts !== null) this.#fail("a second header");
    const counts = header.exec(line);
    if (counts === null) this.#fail('want "p cnf VARIABLES CLAUSES"');
    const [nVars, nClauses] = [Number(counts[1]), Number(counts[2])];
    if (nVars > COUNT_MAX || nClauses > COUNT_MAX) this.#fail(`more than ${COUNT_MAX} variables or clauses`);
    this.#counts = { nVars, nClauses };
  }

  #readLiterals(line: string): void {
    if (this.#counts === null) this.#fail('a clause before the "p cnf" header');
    const { nVars } = this.#counts;
    for (const word of wordsOf(line, 0)) {
      if (!integer.test(word)) this.#fail(`${JSON.stringify(word.slice(0, 20))} is not a literal`);
      const literal = Number(word);
      if (Math.abs(literal) > nVars)
        this.#fail(`variable ${Math.abs(literal)} is above ${nVars}, the count in the header`);
      if (literal === 0) this.#ends.push(this.#literals.length);
      else this.#literals.push(literal);
    }
  }

  finish(): Cnf {
    if (this.#counts === null) this.#fail('no "p cnf" header');
    const { nVars, nClauses } = this.#counts;
    if (this.#literals.length > (this.#ends.at(-1) ?? 0)) this.#fail("the last clause does not end in 0");
    if (this.#ends.length !== nClauses)
      this.#fail(`${this.#ends.length} clauses, the header says ${nClauses}`);
    return { nVars, nClauses, literals: Int32Array.from(this.#literals), ends: Int32Array.from(this.#ends) };
  }
}

/** Reads DIMACS CNF: a byte order mark and `c` lines are skipped, clauses end in 0 and may span lines. Throws `failed` with the line. */
export function parseCnf(text: string): Cnf {
  const reader = new CnfReader();
  for (const line of text.replace(/^\ufeff/, "").split("\n")) if (!reader.read(line)) break;
  return reader.finish();
}
