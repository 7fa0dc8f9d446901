/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}

/** The finaliser of MurmurHash3: every bit of the result depends on every bit of the argument. */
function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Which of the nodes looks after a hotkey, by rendezvous hashing: the one with the highest score for it. All that see the same
 * nodes say the same, in whatever order they see them; of a node that goes only its own hotkeys change hands, and a node that
 * comes takes only what it keeps. Null without nodes.
 */
export function nodeFor(hotkey: string, nodes: readonly number[]): number | null {
  const own = hashOf(hotkey);
  let best: number | null = null;
  let most = -1;
  for (const node of nodes) {
    const score = mixed(own ^ mixed(node));
    if (score < most || (score === most && best !== null && node > best)) continue;
    most = score;
    best = node;
  }
  return best;
}
