/** What a strike does at this moment. `ended`: its suspension is over; `spent`: it was counted into the suspension of another strike. */
export type StrikeEffect = "suspended" | "ended" | "lifted" | "counted" | "spent";

interface StrikeFacts {
  readonly suspended_until: number | null;
  readonly lifted: boolean;
  readonly counted: boolean;
}

/** With the height unknown, a suspension holds. */
export function strikeEffect(
  { suspended_until, lifted, counted }: StrikeFacts,
  block: number | null,
): StrikeEffect {
  if (suspended_until === null) return counted ? "counted" : "spent";
  if (lifted) return "lifted";
  return block === null || block < suspended_until ? "suspended" : "ended";
}
