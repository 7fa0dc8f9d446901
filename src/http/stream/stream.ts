import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { JobOrder } from "../../flow/job.ts";
import type { LinkEnd, LinkListener, MinerLink } from "../../flow/link.ts";
import type { HeldBytes, Holder } from "../wire/heldBytes.ts";
import { closeCodes } from "./closeCodes.ts";

import type { Corks } from "./corks.ts";
import { FixedWindowLimiter } from "./fixedWindowLimiter.ts";
import { type Frame, type FrameId, readBinary, readText } from "./frame.ts";
import type { FrameCode } from "./frameCodes.ts";
import { Inbound } from "./inbound.ts";
import type { StreamMeasures } from "./measures.ts";
import type { StreamOptions } from "./options.ts";
import { SendQueue } from "./sendQueue.ts";

/** Modules shared by all streams. */
export interface StreamShared {
  readonly listener: LinkListener;
  readonly clock: Clock;
  readonly log: Log;
  readonly measures: StreamMeasures;
  readonly corks: Corks;
  readonly held: HeldBytes;
  /** Names of the push lanes. */
  readonly lanes: readonly string[];
  /** Their kinds of work; every kind when null. */
  readonly kinds: ReadonlySet<string> | null;
  /** The stream has sent its `hello` and is about to be reported to the listener. */
  readonly greeted: (stream: MinerStream) => void;
  /** The stream has just ended, on either side; its socket may still be closing. */
  readonly ended: (stream: MinerStream) => void;
  /** Its socket is closed. */
  readonly gone: (stream: MinerStream) => void;
}

/**
 * One miner's stream. It is `greeting` until a good `hello`, then `open`, then `ended`, and never goes back. The listener
 * is called from `open` on: `opened`, then events, then `closed` once. After that it is not called again.
 */
export class MinerStream implements MinerLink, Holder {
  readonly transport = "stream";
  readonly hotkey: string;
  lanes: readonly string[] = [];
  kinds: ReadonlySet<string> | null = null;
  capacity = 0;
  #state: "greeting" | "open" | "ended" = "greeting";
  readonly #ws: WebSocket;
  readonly #outbox: SendQueue;
  readonly #options: StreamOptions;
  readonly #shared: StreamShared;
  readonly #inbound: Inbound;
  readonly #faults: FixedWindowLimiter;
  readonly #pings: FixedWindowLimiter;
  /** A frame or pong has arrived since the last check. */
  #heard = false;
  #heardMs: number;
  #pingMs: number;
  #fullMs: number | null = null;
  #unsent = 0;
  readonly #openedMs: number;
  /** The bound that the last check found passed. */
  #suspect: LinkEnd | null = null;

  constructor(ws: WebSocket, socket: Duplex, hotkey: string, options: StreamOptions, shared: StreamShared) {
    const now = shared.clock.monotonicMs();
    this.hotkey = hotkey;
    this.#ws = ws;
    this.#options = options;
    this.#shared = shared;
    const { corks, measures } = shared;
    const drained = () => this.#drained();
    const unsent = (bytes: number) => this.#hold(bytes);
    this.#outbox = new SendQueue(ws, socket, options.highWaterBytes, { corks, measures, drained, unsent });
    this.#inbound = new Inbound(options, now);
    this.#faults = new FixedWindowLimiter(options.faultsPerMinute);
    this.#pings = new FixedWindowLimiter(options.pingsPerMinute);
    this.#openedMs = this.#heardMs = now;
    this.#pingMs = now + options.pingMs;
    // Before the WebSocket reads them: it has the other listener.
    socket.prependListener("data", (bytes: Buffer) => this.#arrived(bytes));
    ws.on("message", (data, isBinary) => this.#message(data as Buffer, isBinary));
    ws.on("ping", () => this.#pinged(null));
    ws.on("pong", () => {
      this.#heard = true;
    });
    // Only violations of the WebSocket protocol come here; ws has already sent its close frame.
    ws.on("error", () => this.close("protocol"));
    ws.on("close", () => {
      this.close("gone");
      shared.held.set(this, 0);
      shared.gone(this);
    });
  }

  get writable(): boolean {
    return this.#state === "open" && !this.#outbox.full;
  }

  send(order: JobOrder): number {
    if (this.#state !== "open") return 0;
    this.#inbound.job();
    return this.#outbox.job(order);
  }

  close(reason: LinkEnd): void {
    if (this.#state === "ended") return;
    const wasOpen = this.#state === "open";
    this.#state = "ended";
    this.#ws.close(closeCodes[reason], reason);
    this.#shared.measures.ended(reason);
    this.#shared.ended(this);
    if (wasOpen) this.#shared.listener.closed(this, reason);
  }

  /** Cuts the connection without a close frame. */
  cut(): void {
    this.#ws.terminate();
  }

  /**
   * Checks the time bounds. A bound counts as passed only when two checks in a row find it so: between them, frames that
   * arrived during a stall of the process are read.
   */
  look(nowMs: number): void {
    const overdue = this.#overdue(nowMs);
    if (overdue !== null && overdue === this.#suspect) {
      if (this.#state === "greeting") this.#fault("hello_expected", null);
      this.close(overdue);
      return;
    }
    this.#suspect = overdue;
    if (nowMs < this.#pingMs) return;
    this.#pingMs = nowMs + this.#options.pingMs;
    if (!this.#outbox.full) this.#ws.ping();
  }

  #overdue(nowMs: number): LinkEnd | null {
    const { helloMs, silentMs, slowMs } = this.#options;
    if (this.#heard) this.#heardMs = nowMs;
    this.#heard = false;
    if (!this.#outbox.full) this.#fullMs = null;
    else this.#fullMs ??= nowMs;
    if (this.#state === "greeting" && nowMs - this.#openedMs >= helloMs) return "protocol";
    if (nowMs - this.#heardMs >= silentMs) return "silent";
    if (this.#fullMs !== null && nowMs - this.#fullMs >= slowMs) return "slow";
    return this.#inbound.isOverdue(nowMs) ? "unfinished" : null;
  }

  /** Counts what has arrived before it is read. */
  #arrived(bytes: Buffer): void {
    if (this.#state === "ended") return;
    const over = this.#inbound.arrived(bytes, this.#shared.clock.monotonicMs());
    if (over === null) this.#hold(this.#unsent);
    else {
      this.#shared.measures.flooded(over);
      this.close("flooding");
      // The rest stays unread in the kernel; the socket is cut when its time to close is over.
      this.#ws.pause();
    }
  }

  #hold(unsent: number): void {
    this.#unsent = unsent;
    this.#shared.held.set(this, this.#inbound.unfinishedBytes + unsent);
  }

  #message(data: Buffer, isBinary: boolean): void {
    if (this.#state === "ended") return;
    this.#heard = true;
    this.#shared.measures.receivedFrames++;
    this.#shared.measures.receivedBytes += data.length;
    const frame = isBinary ? readBinary(data) : readText(data);
    try {
      this.#take(frame);
    } catch (error) {
      // A miner's frame must not end the process, whatever fault of the validator it triggers.
      this.#shared.log.error("stream_frame_failed", { type: frame.type, cause: causeText(error) });
      this.#shared.measures.faulty("internal");
      this.#outbox.error(frame.id, "internal");
    }
  }

  #take(frame: Frame): void {
    if (this.#state === "greeting") this.#greet(frame);
    else if (frame.type === "ping") this.#pinged(frame);
    else {
      const code = this.#outcome(frame);
      if (code !== null) this.#fault(code, frame.id);
    }
  }

  /** The code with which an open stream's frame is refused, or null. */
  #outcome(frame: Exclude<Frame, { type: "ping" }>): FrameCode | null {
    const { listener } = this.#shared;
    switch (frame.type) {
      case "answer":
        return listener.answered(this, frame.jobId, frame.answer);
      case "fail":
        return listener.failed(this, frame.jobId, frame.code);
      case "pong":
        return null;
      case "hello":
        return "hello_again";
      case "faulty":
        return frame.code;
    }
  }

  #greet(frame: Frame): void {
    const code = this.#greeting(frame);
    if (code !== null) {
      this.#fault(code, frame.id);
      this.close("protocol");
      return;
    }
    this.#shared.greeted(this);
    this.#state = "open";
    this.#shared.listener.opened(this);
  }

  /** Null when the frame is an acceptable `hello`. */
  #greeting(frame: Frame): FrameCode | null {
    if (frame.type === "faulty") return frame.code;
    if (frame.type !== "hello") return "hello_expected";
    const wanted = new Set(frame.lanes);
    this.lanes = this.#shared.lanes.filter((lane) => wanted.has(lane));
    this.capacity = frame.capacity;
    if (this.lanes.length === 0) return "no_lane_served";
    const { kinds } = this.#shared;
    this.kinds = frame.kinds && new Set(frame.kinds.filter((kind) => kinds?.has(kind) ?? true));
    return this.kinds?.size === 0 ? "no_kind_served" : null;
  }

  /** A ping of the WebSocket protocol, which ws answers, or one in JSON. */
  #pinged(frame: { readonly id: FrameId } | null): void {
    this.#heard = true;
    if (this.#state === "ended") return;
    if (!this.#pings.take(this.#shared.clock.monotonicMs())) this.#fault("too_many_pings", frame?.id ?? null);
    else if (frame !== null) this.#outbox.pong(frame.id);
  }

  #fault(code: FrameCode, re: FrameId): void {
    if (this.#state === "ended") return;
    this.#shared.measures.faulty(code);
    if (this.#faults.take(this.#shared.clock.monotonicMs())) {
      this.#outbox.error(re, code);
      return;
    }
    this.#outbox.error(re, "too_many_faults");
    this.close("protocol");
  }

  #drained(): void {
    if (this.#state === "open") this.#shared.listener.drained(this);
  }
}
