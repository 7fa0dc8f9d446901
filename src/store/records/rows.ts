/** A row of any adapter: whole numbers as numbers, booleans as 0 and 1, bytes as such. */
export type Row = Record<string, null | number | bigint | string | Uint8Array>;

/** A row that cannot have been written like this: the file is damaged. */
export class Unreadable extends Error {
  /** What is lost at most by going on without it. */
  readonly lost: string | null;

  constructor(message: string, lost: string | null = null) {
    super(message);
    this.name = "Unreadable";
    this.lost = lost;
  }
}

export function unreadable(column: string, want: string): Unreadable {
  return new Unreadable(`column ${column} does not hold ${want}`);
}

export function text(row: Row | undefined, column: string): string {
  const value = row?.[column];
  if (typeof value !== "string") throw unreadable(column, "text");
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function integer(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw unreadable(column, "an integer");
  return value;
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

export function real(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number" || !Number.isFinite(value)) throw unreadable(column, "a number");
  return value;
}

export function realOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : real(row, column);
}

export function flag(row: Row, column: string): boolean {
  const value = row[column];
  if (value !== 0 && value !== 1) throw unreadable(column, "0 or 1");
  return value === 1;
}

/** Bytes; an empty blob may come back as null. */
export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value === null) return new Uint8Array(0);
  if (!(value instanceof Uint8Array)) throw unreadable(column, "bytes");
  return value;
}

export function oneOf<T extends string>(row: Row, column: string, words: readonly T[]): T {
  const value = text(row, column);
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw unreadable(column, `one of ${words.join(", ")}`);
  return word;
}

/** The text of a JSON object, as it was written; only its two ends are looked at. */
export function jsonText(row: Row | undefined, column: string): string {
  const value = text(row, column);
  if (!value.startsWith("{") || !value.endsWith("}")) throw unreadable(column, "a JSON object");
  return value;
}

/** A JSON object with at least these members; their shapes are not checked. */
export function json<T extends object>(row: Row, column: string, members: readonly (keyof T & string)[]): T {
  let value: unknown;
  try {
    value = JSON.parse(text(row, column));
  } catch {
    throw unreadable(column, "JSON");
  }
  if (typeof value !== "object" || value === null) throw unreadable(column, "a JSON object");
  for (const member of members) {
    if (!(member in value)) throw unreadable(column, `an object with ${member}`);
  }
  return value as T;
}
