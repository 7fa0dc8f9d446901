import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Clock } from "../../../core/clock.ts";
import { BoundedQueue } from "../../../core/queue/boundedQueue.ts";
import { isFatal, toFailure } from "../failure.ts";
import type { OpenFile } from "../file.ts";
import { makeOperations, type OperationName } from "../tables/operations.ts";
import { Group } from "./group.ts";
import type { Call, FromThread, GroupFigures, Reply, ThreadData, ToThread } from "./messages.ts";

interface RunningScan {
  readonly id: number;
  readonly steps: Generator<undefined, unknown>;
}

/** An operation as the loop sees it: the caller's side checks the types of the arguments. */
type Runnable =
  | { readonly kind: "read" | "write"; readonly run: (...args: readonly unknown[]) => unknown }
  | { readonly kind: "scan"; readonly run: (...args: readonly unknown[]) => Generator<undefined, unknown> };

const SETTLE_MS = 150;

/**
 * The loop of the store's thread. A round takes the waiting calls: writes into one group, committed at once; then the reads;
 * then one step of a scan. Calls that arrive meanwhile form the next round, so a lone write does not wait and many writes
 * share a commit.
 */
export class Loop {
  readonly #file: OpenFile;
  readonly #port: MessagePort;
  readonly #data: ThreadData;
  readonly #clock: Clock;
  readonly #group: Group;
  readonly #operations: Readonly<Record<OperationName, Runnable>>;
  readonly #calls: BoundedQueue<Call>;
  readonly #scans: BoundedQueue<Call>;
  #scan: RunningScan | null = null;
  #closing = false;
  #settling = false;

  constructor(file: OpenFile, port: MessagePort, data: ThreadData, clock: Clock) {
    this.#file = file;
    this.#port = port;
    this.#data = data;
    this.#clock = clock;
    this.#group = new Group(file.db, data.file, file.guard);
    this.#operations = makeOperations(file.db, file.snapshot, clock) as Readonly<
      Record<OperationName, Runnable>
    >;
    this.#calls = new BoundedQueue(data.queueMax);
    this.#scans = new BoundedQueue(data.queueMax);
  }

  /** Takes a message and works until no call waits. Throws when the store cannot be trusted any more. */
  receive(message: ToThread): void {
    this.#take(message);
    while (this.#calls.length > 0 || this.#scanning()) {
      this.#round();
      this.#poll();
    }
    if (this.#closing) {
      this.#file.close();
      this.#port.close();
    } else this.#settle();
  }

  #take(message: ToThread): void {
    if (message === "close") {
      this.#closing = true;
      return;
    }
    for (const call of message) {
      if (!this.#calls.push(call)) throw new RangeError("the store's caller exceeds its own bound");
    }
  }

  #poll(): void {
    for (;;) {
      const arrived = receiveMessageOnPort(this.#port);
      if (arrived === undefined) return;
      this.#take(arrived.message);
    }
  }

  #round(): void {
    const started = this.#clock.monotonicMs();
    const reads: Call[] = [];
    while (this.#group.size + reads.length < this.#data.groupMax) {
      const call = this.#calls.shift() ?? this.#late(started);
      if (call === undefined) break;
      this.#start(call, reads);
    }
    const writes = this.#commit(started);
    const replies: Reply[] = [];
    for (const [id, name, args] of reads) {
      replies.push(this.#answer(id, () => this.#operations[name].run(...args)));
    }
    this.#stepScan(replies);
    this.#reply(replies, null);
    if (this.#group.fatal !== null) throw this.#group.fatal;
    if (writes > 0) this.#file.guard.rest(this.#clock);
  }

  /** The mark of the last group is fsynced soon, even when nothing follows it. */
  #settle(): void {
    if (!this.#file.guard.restless || this.#settling) return;
    this.#settling = true;
    setTimeout(() => {
      this.#settling = false;
      if (!this.#closing) this.#file.guard.rest(this.#clock);
    }, SETTLE_MS).unref();
  }

  /** Writes are answered at once: they wait for no read. Returns how many there were. */
  #commit(started: number): number {
    const writes = this.#group.size;
    const replies = this.#group.commit();
    const seconds = (this.#clock.monotonicMs() - started) / 1000;
    this.#reply(replies, writes === 0 ? null : { writes, seconds });
    return writes;
  }

  /** A call that arrived while the group ran, until the group's time bound is over. */
  #late(started: number): Call | undefined {
    if (this.#clock.monotonicMs() - started >= this.#data.groupMs) return undefined;
    this.#poll();
    return this.#calls.shift();
  }

  #start(call: Call, reads: Call[]): void {
    const [id, name, args] = call;
    const operation = this.#operations[name];
    if (operation.kind === "write") this.#group.write(id, () => operation.run(...args));
    else if (operation.kind === "read") reads.push(call);
    else this.#scans.push(call);
  }

  #answer(id: number, run: () => unknown): Reply {
    try {
      return [id, null, run()];
    } catch (error) {
      if (isFatal(error)) this.#group.fatal = error;
      return [id, toFailure(error, this.#data.file), null];
    }
  }

  #scanning(): boolean {
    return this.#scan !== null || this.#scans.length > 0;
  }

  #stepScan(replies: Reply[]): void {
    this.#scan ??= this.#nextScan();
    const scan = this.#scan;
    if (scan === null) return;
    let done = true;
    const reply = this.#answer(scan.id, () => {
      const step = scan.steps.next();
      done = step.done === true;
      return step.value;
    });
    if (!done) return;
    replies.push(reply);
    this.#scan = null;
  }

  #nextScan(): RunningScan | null {
    const call = this.#scans.shift();
    if (call === undefined) return null;
    const [id, name, args] = call;
    const operation = this.#operations[name];
    return operation.kind === "scan" ? { id, steps: operation.run(...args) } : null;
  }

  #reply(replies: readonly Reply[], group: GroupFigures | null): void {
    if (replies.length === 0) return;
    const message: FromThread = { kind: "round", replies, group };
    this.#port.postMessage(message);
  }
}
