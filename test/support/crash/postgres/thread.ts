import { parentPort, workerData } from "node:worker_threads";
import { TestDatabases } from "../../store/postgresDatabases.ts";
import { crashOnServer } from "./points.ts";
import { recordOnServer, type ServerRecording } from "./recording.ts";
import { Wire } from "./wire.ts";

// A thread that records the scenario over a server, or crashes processes of it: it takes over the timers and files of its thread.

/** What the thread is asked; those of the points that `playEvery` divides are played to the end. */
export type AskedOfServer = { readonly url: string } & (
  | { readonly kind: "record"; readonly seed: number }
  | {
      readonly kind: "points";
      readonly recording: ServerRecording;
      readonly numbers: readonly number[];
      readonly playEvery: number;
    }
);

export type ToldOfServer =
  | { readonly kind: "recorded"; readonly recording: ServerRecording }
  /** Of one point; null when it holds. */
  | { readonly kind: "checked"; readonly number: number; readonly fault: string | null }
  | { readonly kind: "failed"; readonly what: string };

const tell = (message: ToldOfServer): void => parentPort?.postMessage(message);
const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

async function answer(asked: AskedOfServer): Promise<void> {
  process.env.ASSAY_TEST_POSTGRES_URL = asked.url;
  const databases = await TestDatabases.open();
  Wire.install();
  if (asked.kind === "record") {
    tell({ kind: "recorded", recording: await recordOnServer(databases, asked.seed) });
    return;
  }
  for (const number of asked.numbers) {
    const plays = number % asked.playEvery === 0;
    const fault = await crashOnServer(databases, asked.recording, number, plays).then(() => null, textOf);
    tell({ kind: "checked", number, fault });
  }
}

await answer(workerData as AskedOfServer).catch((error: unknown) =>
  tell({ kind: "failed", what: textOf(error) }),
);
// The stores of processes that crashed are never closed.
process.exit();
