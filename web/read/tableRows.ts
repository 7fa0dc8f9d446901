import type { Query } from "./place.ts";

/** What a cell is for sorting and filtering. */
export type Cell = string | number | null;

export interface ColumnFacts<Row> {
  /** Also the name of its filter in the address. */
  readonly key: string;
  readonly value: (row: Row) => Cell;
  /** The few values that the column has: offered as a filter. */
  readonly choices?: readonly string[];
}

export interface Sort {
  readonly key: string;
  readonly descending: boolean;
}

/** What the address says of a table. */
export interface TableState {
  readonly sort: Sort | null;
  readonly search: string;
  /** By key of the column; a cell must equal it. */
  readonly filters: Query;
  /** From 1. */
  readonly page: number;
}

/** The parameter of a table in the address; tables with a name share a page. */
export const parameterOf = (table: string, name: string): string =>
  table === "" ? name : `${table}.${name}`;

export const sortText = ({ key, descending }: Sort): string => (descending ? `-${key}` : key);

export function sortOf(text: string | undefined): Sort | null {
  if (text === undefined || text === "" || text === "-") return null;
  return text.startsWith("-") ? { key: text.slice(1), descending: true } : { key: text, descending: false };
}

export function tableStateOf<Row>(
  table: string,
  query: Query,
  columns: readonly ColumnFacts<Row>[],
  initialSort: string | undefined,
): TableState {
  const given = (name: string): string | undefined => query[parameterOf(table, name)];
  const sort = sortOf(given("sort")) ?? sortOf(initialSort);
  const filtered = columns.flatMap(({ key }) => {
    const value = given(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const page = Number(given("page"));
  return {
    sort: columns.some(({ key }) => key === sort?.key) ? sort : null,
    search: given("q") ?? "",
    filters: Object.fromEntries(filtered),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Nulls come last whichever way is sorted. */
function compare(a: Cell, b: Cell, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order = typeof a === "number" && typeof b === "number" ? a - b : names.compare(String(a), String(b));
  return descending ? -order : order;
}

export interface TableView<Row> {
  readonly rows: readonly Row[];
  /** Rows that pass the filters, on all pages. */
  readonly matching: number;
  readonly page: number;
  readonly pages: number;
}

function passes<Row>(
  row: Row,
  columns: readonly ColumnFacts<Row>[],
  { filters, search }: TableState,
): boolean {
  const wanted = search.trim().toLowerCase();
  const cells = columns.map(({ key, value }) => [key, value(row)] as const);
  if (cells.some(([key, cell]) => filters[key] !== undefined && String(cell ?? "") !== filters[key]))
    return false;
  return (
    wanted === "" ||
    cells.some(([, cell]) =>
      String(cell ?? "")
        .toLowerCase()
        .includes(wanted),
    )
  );
}

/** The rows of the page that the state asks for; a page past the end is the last one. Equal rows keep their order. */
export function tableView<Row>(
  rows: readonly Row[],
  columns: readonly ColumnFacts<Row>[],
  state: TableState,
  pageSize: number,
): TableView<Row> {
  const matching = rows.filter((row) => passes(row, columns, state));
  const { sort } = state;
  const column = columns.find(({ key }) => key === sort?.key);
  if (sort !== null && column !== undefined)
    matching.sort((a, b) => compare(column.value(a), column.value(b), sort.descending));
  const pages = Math.max(1, Math.ceil(matching.length / pageSize));
  const page = Math.min(state.page, pages);
  return {
    rows: matching.slice((page - 1) * pageSize, page * pageSize),
    matching: matching.length,
    page,
    pages,
  };
}
