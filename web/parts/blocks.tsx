import type { Status } from "../../src/http/handlers.ts";
import { duration, number } from "../read/format.ts";

/** A height, with about when that is on hover. `status` tells the present height. */
export function Blocks({
  block,
  status,
}: {
  block: number | null;
  status: Pick<Status, "block" | "block_ms"> | null;
}) {
  if (block === null) return <span class="dim">–</span>;
  const present = status?.block ?? null;
  if (status === null || present === null) return <span>{number(block)}</span>;
  const away = (block - present) * status.block_ms;
  const text =
    away === 0
      ? "the present block"
      : away > 0
        ? `in about ${duration(away)}`
        : `about ${duration(away)} ago`;
  return <span title={`${number(Math.abs(block - present))} blocks: ${text}`}>{number(block)}</span>;
}
