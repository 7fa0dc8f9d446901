import type { Blame } from "./problem.ts";
import { problemTable } from "./table.ts";

/** Whose fault a refusal is; nobody's where the code is unknown, as in records of another version. */
export const blameOf = (code: string): Blame =>
  Object.hasOwn(problemTable, code) ? problemTable[code as keyof typeof problemTable].blame : "none";
