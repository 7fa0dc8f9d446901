import type { ComponentChild } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { place, setQuery } from "../live/router.ts";
import { number } from "../read/format.ts";
import {
  type ColumnFacts,
  parameterOf,
  type Sort,
  sortText,
  type TableState,
  tableStateOf,
  tableView,
} from "../read/tableRows.ts";
import { Empty } from "./state.tsx";

export interface Column<Row> extends ColumnFacts<Row> {
  readonly title: string;
  /** What the column means, on hover. */
  readonly hint?: string;
  /** Numbers stand to the right, and sort from the largest first. */
  readonly kind?: "text" | "number" | "time";
  /** How a cell looks; its value unless given. */
  readonly view?: (row: Row) => ComponentChild;
  /** Left out on narrow screens. */
  readonly isMinor?: boolean;
}

export interface TableProps<Row> {
  /** Prefix of its parameters in the address; "" for the one table of a page. */
  readonly name: string;
  /** Says what the rows are, also to screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** "weight" or "-weight" for the largest first. */
  readonly sort?: string;
  readonly pageSize?: number;
  /** Shown where there are no rows at all. */
  readonly empty: { readonly title: string; readonly text?: string };
  /** Hides the field that filters by text, for tables of few rows. */
  readonly hasSearch?: boolean;
}

const shownOf = <Row,>({ view, value }: Column<Row>, row: Row): ComponentChild => {
  if (view !== undefined) return view(row);
  const cell = value(row);
  return typeof cell === "string" ? cell : number(cell);
};

const words = (choice: string): string => choice.replaceAll("_", " ");

interface ControlProps<Row> {
  readonly table: TableProps<Row>;
  readonly state: TableState;
}

/** "/" jumps to the first filter of the page. */
function useSlash(field: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof Element && event.target.closest("input, textarea, select") !== null;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("input[type=search]") !== field.current) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", jump);
    return () => document.removeEventListener("keydown", jump);
  }, []);
}

function Filters<Row>({ table, state }: ControlProps<Row>) {
  const { name, columns, caption, hasSearch = true } = table;
  const field = useRef<HTMLInputElement>(null);
  useSlash(field);
  const toFirstPage = { [parameterOf(name, "page")]: null };
  const choosing = columns.filter(({ choices }) => choices !== undefined);
  if (!hasSearch && choosing.length === 0) return null;
  return (
    <search class="filters">
      {hasSearch ? (
        <label>
          <span class="offscreen">Filter {caption}</span>
          <input
            ref={field}
            type="search"
            placeholder="Filter…  ( / )"
            value={state.search}
            onInput={({ currentTarget }) =>
              setQuery({ [parameterOf(name, "q")]: currentTarget.value, ...toFirstPage })
            }
          />
        </label>
      ) : null}
      {choosing.map(({ key, title, choices = [] }) => (
        <label key={key}>
          {title}{" "}
          <select
            value={state.filters[key] ?? ""}
            onChange={({ currentTarget }) =>
              setQuery({ [parameterOf(name, key)]: currentTarget.value, ...toFirstPage }, "add")
            }
          >
            <option value="">all</option>
            {choices.map((choice) => (
              <option key={choice} value={choice}>
                {words(choice)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </search>
  );
}

function Head<Row>({ table, state, column }: ControlProps<Row> & { readonly column: Column<Row> }) {
  const { key, title, hint, kind = "text", isMinor = false } = column;
  const isSorted = state.sort?.key === key;
  const next: Sort = { key, descending: isSorted ? !state.sort?.descending : kind !== "text" };
  const order = !isSorted ? "none" : state.sort?.descending ? "descending" : "ascending";
  const sign = order === "none" ? "↕" : order === "descending" ? "▼" : "▲";
  return (
    <th scope="col" aria-sort={order} class={`${kind}${isMinor ? " minor" : ""}`}>
      <button
        type="button"
        title={hint}
        onClick={() =>
          setQuery(
            { [parameterOf(table.name, "sort")]: sortText(next), [parameterOf(table.name, "page")]: null },
            "add",
          )
        }
      >
        {title}
        <span class={isSorted ? "sign" : "sign dim"} aria-hidden="true">
          {" "}
          {sign}
        </span>
      </button>
    </th>
  );
}

function Pages({
  name,
  caption,
  page,
  pages,
}: {
  name: string;
  caption: string;
  page: number;
  pages: number;
}) {
  if (pages <= 1) return null;
  const go = (to: number) => setQuery({ [parameterOf(name, "page")]: to === 1 ? null : to }, "add");
  return (
    <nav class="pages" aria-label={`Pages of ${caption}`}>
      <button type="button" disabled={page <= 1} onClick={() => go(1)} aria-label="First page">
        «
      </button>
      <button type="button" disabled={page <= 1} onClick={() => go(page - 1)}>
        Previous
      </button>
      <span>
        page {number(page)} of {number(pages)}
      </span>
      <button type="button" disabled={page >= pages} onClick={() => go(page + 1)}>
        Next
      </button>
      <button type="button" disabled={page >= pages} onClick={() => go(pages)} aria-label="Last page">
        »
      </button>
    </nav>
  );
}

/** Rows that are sorted, filtered and paged, all of it kept in the address. */
export function Table<Row>(table: TableProps<Row>) {
  const { name, caption, columns, rows, rowKey, sort, pageSize = 50, empty } = table;
  const state = tableStateOf(name, place.value.query, columns, sort);
  const view = tableView(rows, columns, state, pageSize);
  if (rows.length === 0) return <Empty title={empty.title}>{empty.text}</Empty>;
  const clear = { [parameterOf(name, "q")]: null, [parameterOf(name, "page")]: null };
  for (const key of Object.keys(state.filters)) clear[parameterOf(name, key)] = null;
  return (
    <div class="table">
      <Filters table={table} state={state} />
      <div class="scroll">
        <table>
          <caption class="offscreen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} table={table} state={state} column={column} />
              ))}
            </tr>
          </thead>
          <tbody>
            {view.rows.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <td key={column.key} class={`${column.kind ?? "text"}${column.isMinor ? " minor" : ""}`}>
                    {shownOf(column, row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {view.matching === 0 ? (
        <Empty title="No row passes the filters">
          <button type="button" onClick={() => setQuery(clear, "add")}>
            Clear the filters
          </button>
        </Empty>
      ) : null}
      <footer>
        <span class="dim" role="status">
          {view.matching === rows.length
            ? `${number(rows.length)} ${rows.length === 1 ? "row" : "rows"}`
            : `${number(view.matching)} of ${number(rows.length)} rows`}
        </span>
        <Pages name={name} caption={caption} page={view.page} pages={view.pages} />
      </footer>
    </div>
  );
}
