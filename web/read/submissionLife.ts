import type { ReceiptDocument } from "../audit/receipt.ts";

/** A step in the life of a submission. */
export interface LifeStep {
  readonly name: string;
  readonly state: "done" | "now" | "ahead";
  /** Unix ms; null where the document does not say. */
  readonly at: number | null;
  readonly text: string;
}

const ends: Readonly<Record<"accepted" | "rejected" | "void", string>> = {
  accepted: "The answer was accepted",
  rejected: "The answer was found to be wrong",
  void: "It ended without a verdict on the answer: nobody's fault, and nothing is held against the miner",
};

function endOf({ state, verdict, weight }: ReceiptDocument): string {
  if (state === "pending" || state === "verifying") return "Accepted, rejected or void";
  const code = verdict?.code === undefined ? "" : `: ${verdict.code}`;
  const pay = state === "accepted" && weight !== undefined ? `, and weighs ${weight}` : "";
  return `${ends[state]}${code}${pay}.`;
}

/**
 * The life of a submission, from what its receipt holds. Whether its answer was drawn for a check is in none of it: before its epoch has
 * closed that would tell a miner what to falsify.
 */
export function submissionLife(receipt: ReceiptDocument, decidedAt: number | null): readonly LifeStep[] {
  const { state, received_at } = receipt;
  const isOver = state !== "pending" && state !== "verifying";
  return [
    {
      ...{ name: "Received", state: "done", at: received_at },
      text: "The answer was admitted: the receipt was durable before it was sent.",
    },
    {
      ...{ name: "Waiting", state: isOver ? "done" : "now", at: null },
      text: "Drawn for a check or not, an answer waits the same time.",
    },
    {
      name: isOver ? state : "Decided",
      state: isOver ? "done" : "ahead",
      at: decidedAt,
      text: endOf(receipt),
    },
  ];
}
