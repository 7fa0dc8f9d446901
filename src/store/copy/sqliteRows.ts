import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { packChallenge, packHash, packReceipt, packX, receiptPrefix } from "../records/packed.ts";
import { integer, type Row, text } from "../records/rows.ts";
import { packSolveChallenge, solveChallengeSql } from "./solveChallenge.ts";
import type { CopiedTable } from "./tables.ts";

/** The text of a column that may be stored as bytes. */
const unpacked = (column: string, prefix: string): string =>
  `CASE WHEN typeof(t.${column}) = 'blob' THEN ${prefix} || lower(hex(t.${column})) ELSE t.${column} END`;

/** Columns that are not selected as they are stored, by table and name. */
const selected: Readonly<Record<string, string>> = {
  "submissions.receipt": unpacked("receipt", `'${receiptPrefix}'`),
  "submissions.challenge": unpacked("challenge", "'pm-t' || t.tier || '-e' || t.epoch || '-'"),
  "submissions.answer_sha256": unpacked("answer_sha256", "''"),
  "submissions.x": unpacked("x", "''"),
  "log_lines.hash": unpacked("hash", "''"),
  "solves.challenge": solveChallengeSql,
  "answers.epoch": "s.epoch",
  "answers.received_at": "s.received_at",
};

/** What the rows of a table are selected from. */
export const sourceOf = ({ name }: CopiedTable): string =>
  name === "answers" ? "answers t LEFT JOIN submissions s ON s.id = t.id" : `${name} t`;

/** Selects the rows of a table in this form. */
export function selectOf(table: CopiedTable): string {
  const columns = table.columns.map(
    ({ name }) => `${selected[`${table.name}.${name}`] ?? `t.${name}`} AS ${name}`,
  );
  return `SELECT ${columns.join(", ")} FROM ${sourceOf(table)}`;
}

/** Columns that stand in another table here. */
const elsewhere: ReadonlySet<string> = new Set(["answers.epoch", "answers.received_at"]);

type Encode = (row: Row) => SQLInputValue;

/** Columns that are not stored as they are, by table and name. */
function encoders(db: DatabaseSync): Readonly<Record<string, Encode>> {
  const tier = db.prepare(
    `SELECT tier FROM submissions WHERE epoch = ? AND challenge = ? AND lane = ?
     ORDER BY state = 'accepted' DESC, id LIMIT 1`,
  );
  return {
    "submissions.receipt": (row) => packReceipt(text(row, "receipt")),
    "submissions.challenge": (row) =>
      packChallenge(text(row, "challenge"), { tier: integer(row, "tier"), epoch: integer(row, "epoch") }),
    "submissions.answer_sha256": (row) => packHash(text(row, "answer_sha256")),
    "submissions.x": (row) => packX(text(row, "x")),
    "log_lines.hash": (row) => packHash(text(row, "hash")),
    "solves.challenge": (row) => {
      const epoch = integer(row, "epoch");
      const tierOf = (bytes: Uint8Array): number | null => {
        const found = tier.get(epoch, bytes, text(row, "lane"));
        return found === undefined ? null : integer(found, "tier");
      };
      return packSolveChallenge(text(row, "challenge"), epoch, tierOf);
    },
  };
}

/** Stores rows in the tables of an open database. */
export function sqliteInserts(db: DatabaseSync): (table: CopiedTable, rows: readonly Row[]) => void {
  const encode = encoders(db);
  const made = new Map<string, (row: Row) => void>();
  const make = (table: CopiedTable): ((row: Row) => void) => {
    const columns = table.columns.filter(({ name }) => !elsewhere.has(`${table.name}.${name}`));
    const has = db
      .prepare("SELECT name FROM pragma_table_info(?)")
      .all(table.name)
      .map((row) => row.name);
    const fresh = table.fresh.filter((name) => has.includes(name));
    const names = [...columns.map(({ name }) => name), ...fresh];
    const places = [...columns.map(() => "?"), ...fresh.map(() => "0")];
    const insert = db.prepare(
      `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${places.join(", ")})`,
    );
    const cells = columns.map(
      ({ name }): Encode =>
        encode[`${table.name}.${name}`] ?? ((row) => (row[name] ?? null) as SQLInputValue),
    );
    return (row) => insert.run(...cells.map((cell) => cell(row)));
  };
  return (table, rows) => {
    const insert = made.get(table.name) ?? make(table);
    made.set(table.name, insert);
    for (const row of rows) insert(row);
  };
}
