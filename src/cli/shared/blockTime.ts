/** Where the chain is, and how fast it goes. */
export interface ChainPace {
  readonly block: number | null;
  readonly block_ms: number;
}

/** `2026-01-31 23:59:59 UTC`. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime())
    ? "an unknown time"
    : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** About when a block comes, or came: `block 1200, about 2026-01-31 23:59:59 UTC`. `now` in Unix ms. */
export function blockText(block: number, pace: ChainPace, now: number): string {
  if (pace.block === null) return `block ${block}`;
  return `block ${block}, about ${timeText(now + (block - pace.block) * pace.block_ms)}`;
}
