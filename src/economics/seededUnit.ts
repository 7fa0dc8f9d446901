/** A number in [0, 1). Simulations take one as an argument, so that a run can be repeated. */
export type Unit = () => number;

/** The same numbers for the same seed (sfc32). For simulations only: it can be predicted. */
export function seededUnit(seed: number): Unit {
  let [a, b, c, count] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88, 1];
  const next: Unit = () => {
    const sum = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first outputs of near seeds resemble each other.
  for (let i = 0; i < 16; i++) next();
  return next;
}
