import type { Metagraph } from "../node.ts";

/** Why a metagraph needs a second opinion; null where it does not. `last`: the one that was believed before. */
export function suspicionOf(read: Metagraph, last: Metagraph | null): string | null {
  const count = read.neurons.length;
  if (count === 0) return `subnet ${read.netuid} has no neurons`;
  const before = last?.neurons.length ?? 0;
  return count * 2 < before ? `subnet ${read.netuid} has ${count} neurons, and had ${before}` : null;
}

/** Whether two metagraphs say the same of who holds which uid. */
export function agree(one: Metagraph, other: Metagraph): boolean {
  return (
    one.neurons.length === other.neurons.length &&
    one.neurons.every(({ hotkey }, uid) => other.neurons[uid]?.hotkey === hotkey)
  );
}
