import { read } from "./api.ts";
import type { Vector } from "./documents.ts";
import { ApiProblem } from "./problem.ts";
import { vectorOf } from "./resources.ts";
import { periodOf } from "./weights.ts";

/** Signed vectors never change, so each is read once. At most this many are kept; the oldest read is dropped. */
const keptMax = 128;
const kept = new Map<number, Vector | null>();

/** Periods that are read at once. */
const atOnce = 4;

async function vectorAt(period: number, signal: AbortSignal): Promise<Vector | null> {
  const known = kept.get(period);
  if (known !== undefined) return known;
  const found = await read(vectorOf(period), signal).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.problem.status === 404) return null;
    throw error;
  });
  kept.set(period, found);
  const [oldest] = kept.keys();
  if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
  return found;
}

/** The newest vectors, at most `count`, the oldest first; periods without one are left out. */
export async function lastVectors(count: number, signal: AbortSignal): Promise<readonly Vector[]> {
  const latest = await read(vectorOf(null), signal).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.problem.code === "weights_not_found") return null;
    throw error;
  });
  if (latest === null) return [];
  const last = periodOf(latest);
  const periods = Array.from({ length: count - 1 }, (_, i) => last - 1 - i).filter((period) => period >= 0);
  const found: Vector[] = [latest];
  for (let i = 0; i < periods.length; i += atOnce) {
    const some = await Promise.all(periods.slice(i, i + atOnce).map((period) => vectorAt(period, signal)));
    found.push(...some.filter((vector) => vector !== null));
    // A validator that is younger than that has no earlier ones.
    if (some.at(-1) === null) break;
  }
  return found.sort((a, b) => periodOf(a) - periodOf(b));
}
