import { number } from "../read/format.ts";
import type { PeriodRow } from "./periods.ts";

/** States of a plan in their order; the last two end it. */
const states = ["signed", "planned", "submitted", "committed", "revealed", "confirmed", "missed"] as const;

const words: Readonly<Record<string, string>> = { confirmed: "read back" };
export const stateWord = (state: string): string => words[state] ?? state;

/** The states that a period's weights went through, each with its block. */
export function Way({ row: { blocks } }: { row: PeriodRow }) {
  const reached = states.flatMap((state) => {
    const block = blocks[state];
    return block === undefined ? [] : [{ state, block }];
  });
  return (
    <ol class="way">
      {reached.map(({ state, block }) => (
        <li key={state} class={state}>
          {stateWord(state)} <span class="dim">at {number(block)}</span>
        </li>
      ))}
    </ol>
  );
}
