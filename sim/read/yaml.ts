import { type Document, LineCounter, type Pair, parseDocument, type Scalar, visit } from "yaml";
import { causeText } from "../../src/core/problems/assayError.ts";
import { refuse } from "./refuse.ts";

export type Tree = Record<string, unknown>;

/** Room for a thousand events and their comments; a hostile text of this size takes seconds, not minutes. */
export const TEXT_MAX_BYTES = 131_072;
/** The most aliases followed; more are taken for a text that multiplies itself. */
const ALIASES_MAX = 100;

type PlaceOf = (offset: number) => string;

/** Throws `config_invalid` for a text that is too long to read. */
export function checkSize(bytes: number, file: string): void {
  if (bytes > TEXT_MAX_BYTES) refuse(file, [`(top level): ${bytes} bytes, more than ${TEXT_MAX_BYTES}`]);
}

/** Keys that a mapping has twice: searched here, since the parser's own search takes quadratic time. */
function repeatedKeys(document: Document, placeOf: PlaceOf): string[] {
  const faults: string[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items as Pair<Scalar>[]) {
        const name = String(key?.value);
        if (seen.has(name)) faults.push(`${placeOf(key?.range?.[0] ?? 0)}: the key "${name}" appears twice`);
        seen.add(name);
      }
    },
  });
  return faults;
}

/** Decimals that a float does not keep exactly: up to 15 significant digits always survive. */
function inexactNumbers(document: Document, placeOf: PlaceOf): string[] {
  const faults: string[] = [];
  visit(document, {
    Scalar: (_, { value, source, range }) => {
      const digits = source?.replace(/e.*$/i, "").replace(/^[-+0.]+|\./g, "") ?? "";
      if (typeof value !== "number" || digits.length <= 15 || Number.isSafeInteger(value)) return;
      const where = placeOf(range?.[0] ?? 0);
      faults.push(`${where}: ${source} has more than 15 digits, which are not read exactly; quote it`);
    },
  });
  return faults;
}

function parsed(text: string, placeOf: PlaceOf): { readonly document: Document; readonly faults: string[] } {
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings].map(
    ({ message, pos: [from] }) => `${placeOf(from)}: ${message.split("\n")[0]}`,
  );
  if (faults.length === 0)
    faults.push(...repeatedKeys(document, placeOf), ...inexactNumbers(document, placeOf));
  return { document, faults };
}

function placesOf(text: string): PlaceOf {
  const lines = new LineCounter();
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  lines.lineStarts.unshift(0);
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
}

/** Reads a YAML text as a mapping. Throws `config_invalid` with all faults of its syntax by line and column. */
export function readYaml(text: string, file: string): Tree {
  checkSize(Buffer.byteLength(text), file);
  let faults: readonly string[];
  let tree: unknown = null;
  try {
    const read = parsed(text, placesOf(text));
    faults = read.faults;
    if (faults.length === 0) tree = read.document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {};
  } catch (error) {
    // Dangling or multiplying aliases, and nesting deeper than the stack.
    faults = [`(top level): ${causeText(error)}`];
  }
  if (faults.length > 0) refuse(file, faults);
  if (typeof tree !== "object" || tree === null || Array.isArray(tree))
    refuse(file, ["(top level): not a YAML mapping"]);
  return tree as Tree;
}
