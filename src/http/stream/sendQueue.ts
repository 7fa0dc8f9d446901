import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { JobOrder } from "../../flow/job.ts";
import type { Corked, Corks } from "./corks.ts";
import { errorFrame, type FrameId, jobFrame, pongFrame } from "./frame.ts";
import type { FrameCode } from "./frameCodes.ts";
import type { StreamMeasures } from "./measures.ts";

export interface SendQueueModules {
  readonly corks: Corks;
  readonly measures: StreamMeasures;
  /** Called when the waiting frames were sent after the queue was full. */
  readonly drained: () => void;
  /** Called when the bytes that wait to be sent are no longer few, and until they are again. */
  readonly unsent: (bytes: number) => void;
}

/** What waits for less than a turn of the event loop when the miner reads. */
const fewBytes = 16_384;

/** The sending side of one stream. Its frames are numbered from 1. */
export class SendQueue implements Corked {
  /** The bound is reached: only protocol errors should be added. */
  full = false;
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #highWaterBytes: number;
  readonly #modules: SendQueueModules;
  #id = 0;
  #corked = false;
  #told = false;

  constructor(ws: WebSocket, socket: Duplex, highWaterBytes: number, modules: SendQueueModules) {
    this.#ws = ws;
    this.#socket = socket;
    this.#highWaterBytes = highWaterBytes;
    this.#modules = modules;
  }

  /** Returns the size of the frame in bytes. */
  job(order: JobOrder): number {
    return this.#put(jobFrame(++this.#id, order));
  }

  error(re: FrameId, code: FrameCode): void {
    this.#reply(errorFrame(++this.#id, re, code));
  }

  pong(re: FrameId): void {
    this.#reply(pongFrame(++this.#id, re));
  }

  uncork(): void {
    this.#corked = false;
    this.#socket.uncork();
  }

  /** A miner that does not read gets no replies: they would pile up without bound. */
  #reply(text: string): void {
    if (this.full) this.#modules.measures.replyDropped();
    else this.#put(text);
  }

  #put(text: string): number {
    const size = Buffer.byteLength(text);
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      this.#modules.corks.add(this);
    }
    this.#ws.send(text, this.#sent);
    this.#modules.measures.sentFrames++;
    this.#modules.measures.sentBytes += size;
    const buffered = this.#ws.bufferedAmount;
    if (buffered > this.#highWaterBytes) this.full = true;
    if (buffered > fewBytes) this.#tell(buffered);
    return size;
  }

  #tell(bytes: number): void {
    this.#told = bytes > 0;
    this.#modules.unsent(bytes);
  }

  readonly #sent = (): void => {
    if (this.#told) this.#tell(this.#ws.bufferedAmount);
    if (!this.full || this.#ws.bufferedAmount * 4 >= this.#highWaterBytes) return;
    this.full = false;
    this.#modules.drained();
  };
}
