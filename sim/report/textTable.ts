import type { Column } from "./columns.ts";

/** Control characters would move the cursor of the terminal: they become spaces. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, " ");

/** Columns two spaces apart under heads of one or two lines; words on the left, numbers on the right. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const heads = columns.map(({ head }) => head.split("\n"));
  const depth = Math.max(...heads.map((lines) => lines.length));
  // A head of one line stands at the bottom, next to the figures.
  const headLines = Array.from({ length: depth }, (_, line) =>
    heads.map((lines) => lines[line - depth + lines.length] ?? ""),
  );
  const cells = rows.map((row) => columns.map(({ cell }) => printable(cell(row))));
  const lines = [...headLines, ...cells];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const place = (text: string, at: number): string =>
    columns[at]?.words ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0);
  return lines.map((line) => line.map(place).join("  ").trimEnd()).join("\n");
}

/** A line of text from a scenario, safe to print. */
export function printableLine(text: string): string {
  return printable(text).trim();
}
