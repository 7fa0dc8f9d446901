/** How often chance alone may exceed a bound here: once in a thousand million tests. */
export const FALSE_ALARM = 1e-9;

/**
 * Whether this number of hits among this number of jobs refutes that each was drawn with this rate, whatever is known of it: both tails, by
 * Chernoff's bound, which holds at any size.
 */
export function refutesRate(hits: number, jobs: number, rate: number): boolean {
  if (jobs === 0) return false;
  const share = hits / jobs;
  const part = (seen: number, expected: number): number =>
    seen === 0 ? 0 : seen * Math.log(seen / expected);
  const divergence = part(share, rate) + part(1 - share, 1 - rate);
  return jobs * divergence > Math.log(2 / FALSE_ALARM);
}

/** Of a category: jobs, and how many of them were sampled. */
interface Cell {
  jobs: number;
  hits: number;
}

/** Categories with fewer jobs are taken together: at 4 % each then has 20 hits to expect, and chi-square is near its law. */
const CELL_JOBS = 500;

/** The categories that are large enough, and one for all others. */
function cellsOf(guesses: ArrayLike<number>, sampled: readonly boolean[]): Cell[] {
  const cells = new Map<number, Cell>();
  for (const [job, isSampled] of sampled.entries()) {
    const guess = guesses[job] ?? Number.NaN;
    let cell = cells.get(guess);
    if (cell === undefined) {
      cell = { jobs: 0, hits: 0 };
      cells.set(guess, cell);
    }
    cell.jobs++;
    if (isSampled) cell.hits++;
  }
  const rest: Cell = { jobs: 0, hits: 0 };
  const large = [...cells.values()].filter((cell) => {
    if (cell.jobs >= CELL_JOBS) return true;
    rest.jobs += cell.jobs;
    rest.hits += cell.hits;
    return false;
  });
  return rest.jobs === 0 ? large : [...large, rest];
}

/**
 * What a guess tells of the draws: Pearson's chi-square for the table of both, and what chance alone stays below. Throws
 * RangeError when the guess tells no two categories apart: that would refute nothing.
 */
export function informationIn(
  guesses: ArrayLike<number>,
  sampled: readonly boolean[],
): { readonly chiSquare: number; readonly bound: number } {
  const cells = cellsOf(guesses, sampled);
  if (cells.length < 2) throw new RangeError("a guess that puts every job into one category");
  const rate = sampled.filter(Boolean).length / sampled.length;
  const chiSquare = cells.reduce(
    (sum, { jobs, hits }) => sum + (hits - jobs * rate) ** 2 / (jobs * rate * (1 - rate)),
    0,
  );
  // Laurent and Massart (2000): P(chi-square >= d + 2 sqrt(d t) + 2 t) <= e^-t.
  const [degrees, t] = [cells.length - 1, -Math.log(FALSE_ALARM)];
  return { chiSquare, bound: degrees + 2 * Math.sqrt(degrees * t) + 2 * t };
}
