import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines one after the other in one process. */
export async function batch(...lines: string[][]): Promise<Printed[]> {
  const script = resolve(import.meta.dirname, "batch.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(lines)]);
  return JSON.parse(stdout) as Printed[];
}
