import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { RemoteRefusal } from "./remote.ts";

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** Prints one JSON document to stdout. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Prints the document with `--json`, else the text. */
export function print(json: boolean | undefined, document: unknown, text: () => string): void {
  if (json) printJson(document);
  else process.stdout.write(`${text()}\n`);
}

/** Prints a line to stderr, since stdout is for results. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints a failure: a document on stdout with `--json`, else a line on stderr. Returns the exit status. */
export function printError(json: boolean, error: unknown): number {
  const known = error instanceof AssayError || error instanceof RemoteRefusal;
  const code = known ? error.code : "internal";
  if (json) printJson({ error: { code, message: causeText(error) } });
  else note(`assay: ${causeText(error)}${known ? ` (${code})` : ""}`);
  return code === "usage" ? exitCodes.usage : exitCodes.failed;
}

/** Left-aligned columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
