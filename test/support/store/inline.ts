import { EventEmitter } from "node:events";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { Store } from "../../../src/flow/store.ts";
import { openFile } from "../../../src/store/sqlite/file.ts";
import { Channel, storeOver } from "../../../src/store/sqlite/thread/channel.ts";
import { Loop } from "../../../src/store/sqlite/thread/loop.ts";
import type { FromThread, ToThread } from "../../../src/store/sqlite/thread/messages.ts";

/** What a channel needs of a thread, over a port of the same thread. */
class Inline extends EventEmitter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on("message", (message: FromThread) => this.emit("message", message));
    port.on("close", () => this.emit("exit"));
  }

  postMessage(message: ToThread): void {
    this.#port.postMessage(message);
  }
}

/** The SQLite store without a thread of its own: opens in milliseconds, for tests that restart it hundreds of times. */
export function openInlineStore(file: string): Store {
  const queueMax = 4096;
  const { port1, port2 } = new MessageChannel();
  const loop = new Loop(openFile(file), port1, { file, groupMs: 0, groupMax: 256, queueMax }, systemClock);
  port1.on("message", (message: ToThread) => loop.receive(message));
  const worker = new Inline(port2) as unknown as Worker;
  return storeOver(new Channel(worker, { queueMax, log: silentLog, metrics: noMetrics, clock: systemClock }));
}
