import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../../core/clock.ts";
import { toFailure } from "../failure.ts";
import { type OpenFile, openFile } from "../file.ts";
import { Loop } from "./loop.ts";
import type { FromThread, ThreadData, ToThread } from "./messages.ts";

/** Entry of the store's thread. */
function run(): void {
  const port = parentPort;
  if (port === null) throw new TypeError("thread.ts runs as a worker thread");
  const data: ThreadData = workerData;
  const say = (message: FromThread): void => port.postMessage(message);
  let file: OpenFile;
  try {
    file = openFile(data.file, data);
  } catch (error) {
    // The thread stays until it is terminated: a message sent while it exits can get lost.
    port.on("message", () => {});
    say({ kind: "refused", failure: toFailure(error, data.file) });
    return;
  }
  const loop = new Loop(file, port, data, systemClock);
  port.on("message", (message: ToThread) => loop.receive(message));
  say({ kind: "opened", warnings: file.warnings });
}

run();
