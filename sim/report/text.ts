import type { SimResult } from "../result.ts";
import { customerColumns, minerColumns, strategyColumns, validatorColumns } from "./columns.ts";
import { counted } from "./figures.ts";
import { printableLine, textTable } from "./textTable.ts";
import { endText, storyLines } from "./verdicts.ts";

function header(result: SimResult): string {
  const facts = [
    `seed ${result.seed}`,
    endText(result),
    counted(result.submissions, "submission"),
    `trace ${result.trace_sha256.slice(0, 16)}`,
  ];
  return `${printableLine(result.title)}\n${facts.join(", ")}`;
}

/** What `assay simulate` prints without `--json`; with a row per miner on request. */
export function resultText(
  result: SimResult,
  { miners = false }: { readonly miners?: boolean } = {},
): string {
  const paragraphs = [
    header(result),
    textTable(strategyColumns(result), result.strategies),
    textTable(validatorColumns, result.validators),
    ...(result.customers.length > 0 ? [textTable(customerColumns, result.customers)] : []),
    ...(miners ? [textTable(minerColumns, result.miners)] : []),
    storyLines(result).map(printableLine).join("\n"),
  ];
  return paragraphs.join("\n\n");
}
