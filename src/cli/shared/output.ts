import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { RemoteRefusal } from "./remote.ts";

/** Control characters, and those that change the direction of what follows; tab and line feed are kept. */
const CONTROL = /(?![\t\n])[\p{Cc}\p{Cf}]/gu;

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/**
 * Text whose control characters, except tab and line feed, are written as escapes: names and reasons come from files and from
 * other machines, and must not move the cursor or change the title of a terminal.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Prints one JSON document to stdout. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Prints the document with `--json`, else the text. */
export function print(json: boolean | undefined, document: unknown, text: () => string): void {
  if (json) printJson(document);
  else process.stdout.write(`${printable(text())}\n`);
}

/** Prints a line to stderr, since stdout is for results. */
export function note(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
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
