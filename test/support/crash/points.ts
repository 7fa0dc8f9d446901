import { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import type { Fact } from "../invariants/facts.ts";
import { DiskImage, type Files, type Pick } from "./diskImage.ts";
import type { Recording } from "./recording.ts";

/** What ends the process: a signal; a power cut that leaves some of what was not synced; one that leaves nothing of it. */
export const ends = ["killed", "cut", "lost"] as const;

/** A crash point: after a number of operations on files, in one of these ways. */
export interface Point {
  readonly number: number;
  readonly position: number;
  readonly end: (typeof ends)[number];
}

/** What a crash at a point leaves, on disk and in the world. */
export interface Crash {
  readonly point: Point;
  readonly files: Files;
  readonly facts: readonly Fact[];
  /** The step that it interrupted. */
  readonly step: number;
}

/** How many points a recording has. */
export function pointsIn({ ops, first }: Recording): number {
  return (ops.length - first) * ends.length;
}

export function pointOf({ first }: Recording, number: number): Point {
  const position = first + 1 + Math.floor(number / ends.length);
  return { number, position, end: ends[number % ends.length] ?? "killed" };
}

/** Different numbers below a total, chosen by the seed, in ascending order; all, when there are not more. */
export function chooseNumbers(seed: number, total: number, count: number): number[] {
  const { unit } = new SeededRandom(seed, "points");
  const chosen = new Set<number>();
  if (count >= total) for (let n = 0; n < total; n++) chosen.add(n);
  while (chosen.size < Math.min(count, total)) chosen.add(Math.floor(unit() * total));
  return [...chosen].sort((a, b) => a - b);
}

export function choosePoints(recording: Recording, count: number): Point[] {
  const numbers = chooseNumbers(recording.seed, pointsIn(recording), count);
  return numbers.map((number) => pointOf(recording, number));
}

/** The crashes at points in ascending order. */
export function* crashesAt(recording: Recording, points: readonly Point[]): Generator<Crash> {
  const { ops, facts, factsAt, stepsAt, seed } = recording;
  const image = new DiskImage();
  let applied = 0;
  for (const point of points) {
    for (; applied < point.position; applied++) {
      const op = ops[applied];
      if (op !== undefined) image.apply(op);
    }
    const { unit } = new SeededRandom(seed, `point ${point.number}`);
    const pick: Pick = (most) => Math.floor(unit() * most);
    const files =
      point.end === "killed" ? image.killed() : point.end === "cut" ? image.cut(pick) : image.lost();
    const known = facts.filter((_, i) => (factsAt[i] ?? 0) < point.position);
    const step = Math.max(
      0,
      stepsAt.findLastIndex((at) => at < point.position),
    );
    yield { point, files, facts: known, step };
  }
}

/** The folder as it was before the scenario, and what had been seen by then. */
export function originOf({ ops, first, facts, factsAt }: Recording): {
  files: Files;
  facts: readonly Fact[];
} {
  const image = new DiskImage();
  for (const op of ops.slice(0, first)) image.apply(op);
  return { files: image.killed(), facts: facts.filter((_, i) => factsAt[i] === 0) };
}

/** What the model says that a signal leaves at the moment of this number, counted from 1. */
export function killedAt({ ops }: Recording, moment: number): Files {
  const image = new DiskImage();
  let passed = 0;
  for (const op of ops) {
    image.apply(op);
    if (op.kind === "moment" && ++passed === moment) break;
  }
  return image.killed();
}
