import { type Dispatcher, errors, type Pool } from "undici";
import { type DialOutcome, failed, readRefusal, readResponse } from "./response.ts";

type Controller = Dispatcher.DispatchController;

export interface AttemptOptions {
  readonly jobId: string;
  readonly request: Dispatcher.DispatchOptions;
  readonly maxResponseBytes: number;
  /** When it is given up, even while the miner is still sending; monotonic. */
  readonly dueMs: number;
}

const cut = new Error("cut");

/** What an error means for a miner that was reached. */
function failureOf(error: Error): DialOutcome | null {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return failed("timeout");
  }
  const garbled = error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError;
  return garbled ? failed("bad_response") : null;
}

/** One job's request to a dialled miner. `done` is called once, never within `start`, and not after `cancel`. */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly #options: AttemptOptions;
  readonly #pool: Pool;
  readonly #done: (outcome: DialOutcome) => void;
  #controller: Controller | null = null;
  #chunks: Buffer[] = [];
  #size = 0;
  #responding = false;
  #again = true;
  #refused = false;
  #ended = false;

  constructor(options: AttemptOptions, pool: Pool, done: (outcome: DialOutcome) => void) {
    this.#options = options;
    this.#pool = pool;
    this.#done = done;
  }

  start(): void {
    this.#pool.dispatch(this.#options.request, this);
  }

  /** Gives up when its deadline is past. */
  look(nowMs: number): void {
    if (nowMs >= this.#options.dueMs) this.#stop(failed("timeout"));
  }

  /** Reports nothing more; its connection pool is about to be destroyed, which cuts the request. */
  cancel(): void {
    this.#ended = true;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(cut);
  }

  onResponseStart(_controller: Controller, status: number): void {
    if (status < 200) return;
    this.#responding = true;
    this.#refused = status >= 400;
    // A redirect is not followed; of a refusal the code is read.
    if (status >= 300 && !this.#refused) this.#stop(failed("handler_error"));
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#options.maxResponseBytes)
      this.#stop(failed(this.#refused ? "handler_error" : "too_large"));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks);
    this.#end(this.#refused ? readRefusal(body) : readResponse(body, this.#options.jobId));
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (this.#ended) return;
    const wasSent = this.#controller !== null;
    const failure = failureOf(error);
    if (failure !== null) this.#end(failure);
    else if (this.#responding) this.#end(failed("broken_off"));
    else if (wasSent && this.#again) this.#retry();
    else this.#end({ kind: "unreachable" });
  }

  /**
   * The miner can close a kept connection at the moment in which it is used. That does not mean that the miner is
   * unreachable, so the same job is sent once more.
   */
  #retry(): void {
    this.#again = false;
    this.#controller = null;
    queueMicrotask(() => {
      if (!this.#ended) this.start();
    });
  }

  #stop(outcome: DialOutcome): void {
    if (this.#ended) return;
    this.#end(outcome);
    this.#controller?.abort(cut);
  }

  #end(outcome: DialOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#chunks = [];
    queueMicrotask(() => this.#done(outcome));
  }
}
