import { readFileSync, statSync } from "node:fs";
import { type Document, isMap, isNode, LineCounter, parseDocument, visit } from "yaml";
import { AssayError, causeText } from "../core/problems/assayError.ts";

type Tree = Record<string, unknown>;

/** A configuration file as read: its values, and where they stand. */
export interface ConfigText {
  readonly tree: Tree;
  /** The line, from 1, of the deepest key of the path that the file holds; null where it holds none of them. */
  line(path: readonly PropertyKey[]): number | null;
}

/** Far more than every key with a comment takes. */
const BYTES_MAX = 1_048_576;
/** Values that a file may repeat by aliases: more is a file that grows when it is read. */
const ALIASES_MAX = 100;

/** Throws with the reason when the bytes are not UTF-8 text. A byte order mark is skipped. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0))
    throw new Error(
      "line 1: this is not UTF-8 text (it looks like UTF-16 or a binary file); save it as UTF-8",
    );
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("this is not UTF-8 text; save it as UTF-8");
  }
}

/** Decimals that a float does not keep exactly: up to 15 significant digits always survive. */
function inexactNumbers(document: Document): string[] {
  const faults: string[] = [];
  visit(document, {
    Scalar: (_, { value, source }) => {
      const digits = source?.replace(/e.*$/i, "").replace(/^[-+0.]+|\./g, "") ?? "";
      if (typeof value === "number" && digits.length > 15 && !Number.isSafeInteger(value))
        faults.push(`${source}: YAML does not read more than 15 digits exactly; put the number in quotes`);
    },
  });
  return faults;
}

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | null {
  let node: unknown = document.contents;
  let line: number | null = null;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === String(step)) : undefined;
    if (pair === undefined) break;
    if (isNode(pair.key) && pair.key.range) line = lines.linePos(pair.key.range[0]).line;
    node = pair.value;
  }
  return line;
}

/** Throws an error with the reason where the text is no mapping. */
function valuesOf(document: Document): Tree {
  const faults = document.errors.map(
    (error) => error.message.split("\n")[0]?.replace(/:$/, "") ?? "not YAML",
  );
  faults.push(...inexactNumbers(document));
  if (faults.length > 0) throw new AggregateError(faults.map((fault) => new Error(fault)));
  const tree: unknown = document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {};
  if (typeof tree !== "object" || Array.isArray(tree)) throw new Error("not a YAML mapping");
  return tree as Tree;
}

function parse(bytes: Buffer): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(decode(bytes), { lineCounter: lines });
  return { tree: valuesOf(document), line: (path) => lineOf(document, lines, path) };
}

function bytesOf(file: string): Buffer {
  try {
    if (statSync(file).size > BYTES_MAX) throw new Error(`the file is larger than ${BYTES_MAX} bytes`);
    return readFileSync(file);
  } catch (error) {
    throw new AssayError({ code: "config_unreadable", file, cause_text: causeText(error) });
  }
}

/** Reads assay.yaml. Throws `config_unreadable`, or `config_invalid` with every fault of its text. */
export function readConfigText(file: string): ConfigText {
  const bytes = bytesOf(file);
  try {
    return parse(bytes);
  } catch (error) {
    const causes = error instanceof AggregateError ? error.errors : [error];
    throw new AssayError({ code: "config_invalid", file, faults: causes.map(causeText) });
  }
}
