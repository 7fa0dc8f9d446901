import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Fault } from "../messages.ts";
import { chooseNumbers } from "../points.ts";
import { serverPoints } from "./points.ts";
import type { ServerRecording } from "./recording.ts";
import type { AskedOfServer, ToldOfServer } from "./thread.ts";

const entry = join(import.meta.dirname, "thread.ts");
/** Threads at once: the server needs as much of a processor as they do. For a few points a second one costs more than it saves. */
const threadsFor = (points: number): number => (points < 100 ? 1 : 2);
/** Faults that are told in full. */
const FAULTS_MOST = 5;

function ask(asked: AskedOfServer, told: (message: ToldOfServer) => void): Promise<void> {
  const worker = new Worker(entry, { workerData: asked });
  return new Promise((resolve, reject) => {
    worker.on("message", (message: ToldOfServer) => {
      if (message.kind === "failed") reject(new Error(message.what));
      else told(message);
    });
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  });
}

/** The scenario without a crash. */
export async function recordServer(url: string, seed: number): Promise<ServerRecording> {
  let recording: ServerRecording | null = null;
  await ask({ kind: "record", url, seed }, (message) => {
    if (message.kind === "recorded") recording = message.recording;
  });
  if (recording === null) throw new Error("nothing was recorded");
  return recording;
}

export type WhichOfServer =
  /** As many points, which the seed chooses; those whose number `playEvery` divides are played to the end. */
  { readonly count: number; readonly playEvery: number } | { readonly only: number };

export interface CheckedOnServer {
  readonly points: number;
  /** The first few. */
  readonly faults: readonly Fault[];
}

/** Checks crash points; `progress` is called with the number of those checked so far, and with the fault of the last one. */
export async function checkServerPoints(
  url: string,
  recording: ServerRecording,
  which: WhichOfServer,
  progress: (checked: number, fault: Fault | null) => void,
): Promise<CheckedOnServer> {
  const all =
    "only" in which ? [which.only] : chooseNumbers(recording.seed, serverPoints(recording), which.count);
  const playEvery = "only" in which ? 1 : which.playEvery;
  const faults: Fault[] = [];
  let points = 0;
  const count = threadsFor(all.length);
  const threads = Array.from({ length: count }, (_, thread) => {
    const numbers = all.filter((_number, index) => index % count === thread);
    return ask({ kind: "points", url, recording, numbers, playEvery }, (message) => {
      if (message.kind !== "checked") return;
      const { number, fault: what } = message;
      const fault = what === null ? null : { number, what };
      progress(++points, fault);
      if (fault !== null && faults.length < FAULTS_MOST) faults.push(fault);
    });
  });
  await Promise.all(threads);
  if (points < all.length) throw new Error(`${all.length - points} points were not checked`);
  return { points, faults };
}
