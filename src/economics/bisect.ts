/** The argument at which a rising function reaches a level, to the last digit of a float. */
export function bisect(rising: (x: number) => number, level: number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (rising(middle) < level) low = middle;
    else high = middle;
  }
  return high;
}

/** The least whole number from `from` on at which `holds` is true, as it stays from there on; null above `most`. */
export function leastInteger(holds: (n: number) => boolean, from: number, most: number): number | null {
  let step = 1;
  let high = from;
  while (!holds(high)) {
    if (high >= most) return null;
    high = Math.min(most, high + step);
    step *= 2;
  }
  let low = Math.max(from - 1, high - step);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
