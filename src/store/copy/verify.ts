import { createHash } from "node:crypto";
import type { Row } from "../records/rows.ts";
import { canonicalRow, compareKeys, isMarkerRow, keyOf } from "./canonicalRow.ts";
import { type ChainFault, faultOfChains } from "./chains.ts";
import { partsOf } from "./parts.ts";
import { rowsOf, type Watch } from "./progress.ts";
import type { Part, Side } from "./side.ts";
import { type CopiedTable, copiedTables } from "./tables.ts";

type OfBoth<T> = { readonly [K in Side["kind"]]: T };

/** A table of one store beside that of the other. */
export interface TableFinding {
  readonly table: string;
  readonly rows: OfBoth<number>;
  /** Over the canonical rows in the order of their keys, each with its newline. */
  readonly sha256: OfBoth<string>;
  /** The first row that one of them lacks, or has with other values; null when they are equal. */
  readonly first_difference: Readonly<Record<string, string | number>> | null;
}

export interface Verified {
  readonly same: boolean;
  readonly tables: readonly TableFinding[];
  readonly chains: { readonly epochs: number; readonly faults: readonly ChainFault[] };
}

/** The rows of a table in one store, with their hash and number. */
class Reader {
  readonly kind: Side["kind"];
  readonly #side: Side;
  readonly #hash = createHash("sha256");
  count = 0;

  constructor(side: Side) {
    this.kind = side.kind;
    this.#side = side;
  }

  async *read(part: Part): AsyncGenerator<{ readonly row: Row; readonly text: string }> {
    for await (const rows of this.#side.batches(part, null))
      for (const row of rows) {
        if (isMarkerRow(part.table, row)) continue;
        const text = canonicalRow(part.table, row);
        this.#hash.update(`${text}\n`);
        this.count++;
        yield { row, text };
      }
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}

/** Compares all records of two stores, and recomputes the logs of both. Reads each row once. */
export async function verify(one: Side, other: Side, watch: Watch): Promise<Verified> {
  const ofRows = await rowsOf(one);
  const tables: TableFinding[] = [];
  let before = 0;
  for (const table of copiedTables) {
    const step = (rows: number): void =>
      watch({ doing: "comparing", table: table.name, rows: before + rows, ofRows });
    const finding = await compareTable(table, [one, other], step);
    before += finding.rows[one.kind];
    tables.push(finding);
  }
  const faults = [...(await faultOfChains(one)), ...(await faultOfChains(other))];
  const epochs = tables.find(({ table }) => table === "epochs")?.rows[one.kind] ?? 0;
  const same = faults.length === 0 && tables.every((finding) => finding.first_difference === null);
  return { same, tables, chains: { epochs, faults } };
}

async function compareTable(
  table: CopiedTable,
  sides: readonly [Side, Side],
  step: (rows: number) => void,
): Promise<TableFinding> {
  const [one, other] = [new Reader(sides[0]), new Reader(sides[1])];
  let first: TableFinding["first_difference"] = null;
  for (const part of await partsOf(table, sides)) {
    const found = await comparePart(part, one, other);
    first ??= found;
    step(one.count);
  }
  const both = <T>(of: (reader: Reader) => T): OfBoth<T> =>
    ({ [one.kind]: of(one), [other.kind]: of(other) }) as OfBoth<T>;
  const rows = both((reader) => reader.count);
  return { table: table.name, rows, sha256: both((reader) => reader.digest()), first_difference: first };
}

/** Reads both to their ends. */
async function comparePart(
  part: Part,
  one: Reader,
  other: Reader,
): Promise<TableFinding["first_difference"]> {
  let first: TableFinding["first_difference"] = null;
  const [left, right] = [one.read(part), other.read(part)];
  for (;;) {
    const [a, b] = [(await left.next()).value, (await right.next()).value];
    if (!a && !b) return first;
    if (first !== null || a?.text === b?.text) continue;
    first = differing(part, a?.row, b?.row);
  }
}

/** The key of the row that comes first. */
function differing({ table, epoch }: Part, a: Row | undefined, b: Row | undefined) {
  const keys = [a, b].flatMap((row) => (row === undefined ? [] : [keyOf(table, row)])).sort(compareKeys);
  const cells = table.key.map((column, index) => [column, keys[0]?.[index] ?? ""] as const);
  return Object.fromEntries(epoch === null ? cells : [["epoch", epoch] as const, ...cells]);
}
