/** Blocks after which a turn that was never given back ends. */
const TURN_BLOCKS = 16;
/** A process has one hotkey, or a few in tests. */
const HOTKEYS_MAX = 64;

interface Turn {
  readonly block: number;
}

/** One for the process, since the nonces of a hotkey are one for all its subnets. */
const turns = new Map<string, Turn>();

/**
 * One extrinsic of a hotkey at a time, from its nonce to the end of its broadcast. Returns what gives the turn back; null while another
 * has it: who does not get a turn asks again at the next block.
 */
export function takeNonceTurn(hotkey: string, block: number): (() => void) | null {
  const held = turns.get(hotkey);
  if (held !== undefined && Math.abs(block - held.block) <= TURN_BLOCKS) return null;
  if (held === undefined && turns.size >= HOTKEYS_MAX) return null;
  const turn: Turn = { block };
  turns.set(hotkey, turn);
  return () => {
    if (turns.get(hotkey) === turn) turns.delete(hotkey);
  };
}
