import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Asked, Fault, Told } from "./messages.ts";
import { choosePoints, pointsIn } from "./points.ts";
import type { Recording } from "./recording.ts";

const entry = join(import.meta.dirname, "thread.ts");

/** Threads at once. */
const THREADS = 2;
/** Faults that are told in full. */
const FAULTS_MOST = 5;

/** Asks a thread of its own; rejects when it fails. */
export function ask(asked: Asked, told: (message: Told) => void = () => {}): Promise<void> {
  const worker = new Worker(entry, { workerData: asked });
  return new Promise((resolve, reject) => {
    let isDone = false;
    worker.on("message", (message: Told) => {
      if (message.kind === "failed") reject(new Error(message.what));
      else if (message.kind === "done") isDone = true;
      else told(message);
    });
    worker.on("error", reject);
    worker.on("exit", () =>
      isDone ? resolve() : reject(new Error("a thread of the crash points ended early")),
    );
  });
}

/** The scenario without a crash. */
export async function recordScenario(seed: number): Promise<Recording> {
  let recording: Recording | null = null;
  await ask({ kind: "record", seed }, (message) => {
    if (message.kind === "recorded") recording = message.recording;
  });
  if (recording === null) throw new Error("nothing was recorded");
  return recording;
}

export interface Checked {
  readonly points: number;
  /** The first few. */
  readonly faults: readonly Fault[];
}

export type Which =
  /** So many points that the seed chooses; those whose number `playEvery` divides are played to the end, the others opened and checked. */
  { readonly count: number; readonly playEvery: number } | { readonly only: number };

/** Checks crash points. `progress` is called with the number checked so far. */
export async function checkPoints(
  recording: Recording,
  which: Which,
  progress: (checked: number) => void = () => {},
): Promise<Checked> {
  const all =
    "only" in which ? [which.only] : choosePoints(recording, which.count).map(({ number }) => number);
  if (all.some((number) => !(number >= 0 && number < pointsIn(recording))))
    throw new RangeError(`there are ${pointsIn(recording)} points`);
  const playEvery = "only" in which ? 1 : which.playEvery;
  const faults: Fault[] = [];
  let points = 0;
  const threads = Array.from({ length: Math.min(THREADS, all.length) }, (_, thread) => {
    const numbers = all.filter((_number, index) => index % THREADS === thread);
    return ask({ kind: "points", recording, numbers, playEvery }, (message) => {
      if (message.kind !== "checked") return;
      points += message.count;
      if (message.fault !== null && faults.length < FAULTS_MOST) faults.push(message.fault);
      progress(points);
    });
  });
  await Promise.all(threads);
  return { points, faults };
}
