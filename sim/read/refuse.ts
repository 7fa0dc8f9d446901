import { AssayError } from "../../src/core/problems/assayError.ts";

/** Faults told at once: a hostile text has one a byte. */
const FAULTS_MAX = 50;

/** Throws `config_invalid` with the faults, and where there are very many the number of those not told. */
export function refuse(file: string, faults: readonly string[]): never {
  const told = faults.slice(0, FAULTS_MAX);
  if (faults.length > told.length) told.push(`(top level): ${faults.length - told.length} more faults`);
  throw new AssayError({ code: "config_invalid", file, faults: told });
}
