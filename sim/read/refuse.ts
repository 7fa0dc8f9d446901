import { AssayError } from "../../src/core/problems/assayError.ts";

/** The most faults reported: a hostile text can have one per byte. */
const FAULTS_MAX = 50;

/** Throws `config_invalid` with the faults and, past the bound, the number of further ones. */
export function refuse(file: string, faults: readonly string[]): never {
  const told = faults.slice(0, FAULTS_MAX);
  if (faults.length > told.length) told.push(`(top level): ${faults.length - told.length} more faults`);
  throw new AssayError({ code: "config_invalid", file, faults: told });
}
