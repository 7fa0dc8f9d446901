/** Wald's test of "the rate is p0" against "the rate is p1". */
export interface SequentialTest {
  readonly p0: number;
  readonly p1: number;
  /** P(p1 is said while it is p0), and the reverse. */
  readonly alpha: number;
  readonly beta: number;
}

export type Decision = "open" | "p0" | "p1";

/** What one draw adds to the evidence for p1 (a log likelihood ratio). */
export function evidenceOf({ p0, p1 }: SequentialTest, hit: boolean): number {
  return hit ? Math.log(p1 / p0) : Math.log((1 - p1) / (1 - p0));
}

/** The sums of evidence at which the test ends. */
export function limitsOf({ alpha, beta }: SequentialTest): { readonly p0: number; readonly p1: number } {
  return { p0: Math.log(beta / (1 - alpha)), p1: Math.log((1 - beta) / alpha) };
}

export function decide(test: SequentialTest, evidence: number): Decision {
  const limits = limitsOf(test);
  if (evidence >= limits.p1) return "p1";
  return evidence <= limits.p0 ? "p0" : "open";
}

/** Draws to a decision under either rate, on average (Wald's approximation: the step past a limit is left out). */
export function expectedDraws(test: SequentialTest): { readonly p0: number; readonly p1: number } {
  const limits = limitsOf(test);
  const [hit, miss] = [evidenceOf(test, true), evidenceOf(test, false)];
  const under = (rate: number, sayP1: number): number =>
    (sayP1 * limits.p1 + (1 - sayP1) * limits.p0) / (rate * hit + (1 - rate) * miss);
  return { p0: under(test.p0, test.alpha), p1: under(test.p1, 1 - test.beta) };
}
