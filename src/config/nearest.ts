/** Number of edits (insert, delete, replace) between two texts. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word nearest to an unknown one; undefined when there are none. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const bounded = word.slice(0, 64);
  return known
    .map((candidate) => ({ candidate, edits: distance(bounded, candidate) }))
    .sort((a, b) => a.edits - b.edits)[0]?.candidate;
}
