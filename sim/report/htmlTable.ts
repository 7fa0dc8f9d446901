import type { Column } from "./columns.ts";
import { escapeHtml } from "./escape.ts";

const classOf = (names: readonly (string | false | undefined)[]): string => {
  const given = names.filter(Boolean);
  return given.length > 0 ? ` class="${given.join(" ")}"` : "";
};

function cellHtml<Row>(column: Column<Row>, row: Row, first: boolean): string {
  const text = escapeHtml(column.cell(row));
  const css = classOf([column.words && "words", column.alarms?.(row) && "alarm"]);
  return first ? `<th scope="row"${css}>${text}</th>` : `<td${css}>${text}</td>`;
}

/** A table with a caption; it scrolls sideways when wider than the page. */
export function htmlTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const heads = columns.map(
    ({ head, words }) =>
      `<th scope="col"${classOf([words && "words"])}>${escapeHtml(head.replace("-\n", "").replace("\n", " "))}</th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map((column, at) => cellHtml(column, row, at === 0));
    return `<tr>${cells.join("")}</tr>`;
  });
  const name = escapeHtml(caption);
  return `<div class="scroll" role="region" tabindex="0" aria-label="${name}">
<table><caption>${name}</caption>
<thead><tr>${heads.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}
