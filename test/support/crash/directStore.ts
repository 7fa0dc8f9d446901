import { EventEmitter } from "node:events";
import { MessageChannel, type Worker } from "node:worker_threads";
import type { Clock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { Store } from "../../../src/flow/store.ts";
import { openFile } from "../../../src/store/sqlite/file.ts";
import { Channel, storeOver } from "../../../src/store/sqlite/thread/channel.ts";
import { Loop } from "../../../src/store/sqlite/thread/loop.ts";
import type { FromThread, ToThread } from "../../../src/store/sqlite/thread/messages.ts";

/** What a channel needs of a thread; its messages are handed over at once. */
class Direct extends EventEmitter {
  take: (message: ToThread) => void = () => {};

  postMessage(message: ToThread): void {
    this.take(structuredClone(message));
  }
}

/**
 * The SQLite store in the caller's own thread, with messages that are handed over at once: which calls share a group depends on the
 * calls alone, so that every run writes the same.
 */
export function openDirectStore(file: string, clock: Clock): Store {
  const queueMax = 4096;
  const opened = openFile(file);
  const direct = new Direct();
  // The loop looks for late messages on its port; none ever come this way.
  const { port1: port } = new MessageChannel();
  const closePort = port.close.bind(port);
  port.postMessage = (message: FromThread) => queueMicrotask(() => direct.emit("message", message));
  port.close = () => {
    closePort();
    queueMicrotask(() => direct.emit("exit"));
  };
  const loop = new Loop(opened, port, { file, groupMs: 0, groupMax: 256, queueMax }, clock);
  direct.take = (message) => loop.receive(message);
  const worker = direct as unknown as Worker;
  return storeOver(new Channel(worker, { queueMax, log: silentLog, metrics: noMetrics, clock }));
}
