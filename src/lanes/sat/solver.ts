import { Worker } from "node:worker_threads";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { sibling } from "../../core/sibling.ts";

type Reply = { readonly model: Uint8Array | null } | { readonly fault: string };

/** A formula and its model: what the search needs is not on the heap of JavaScript. */
const YOUNG_MIB = 8;

/** CaDiCaL in its own thread, one formula at a time. */
export class Solver {
  #worker: Worker | null = null;
  #solving = false;

  /**
   * The model, one 0 or 1 per variable, or null when there is none. An abort kills the search and rejects with the
   * signal's reason. Throws RangeError while another solve runs, `failed` when the solver gives up.
   */
  async solve(cnf: string, signal?: AbortSignal): Promise<Uint8Array | null> {
    if (this.#solving) throw new RangeError("solver: one formula at a time");
    signal?.throwIfAborted();
    this.#solving = true;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    worker.ref();
    try {
      return await this.#ask(worker, cnf, signal);
    } finally {
      this.#solving = false;
      // An idle solver keeps no process alive.
      worker.unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(sibling(import.meta.url, "solverWorker"), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    worker.on("error", () => this.#drop(worker));
    worker.on("exit", () => this.#drop(worker));
    return worker;
  }

  async #ask(worker: Worker, cnf: string, signal?: AbortSignal): Promise<Uint8Array | null> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const lost = (cause: unknown) => resolve({ fault: causeText(cause) });
    const ended = () => lost("its thread ended");
    const abort = () => reject(signal?.reason);
    worker.once("message", resolve).once("error", lost).once("exit", ended);
    signal?.addEventListener("abort", abort);
    worker.postMessage(cnf);
    try {
      const reply = await promise;
      if ("fault" in reply) throw new AssayError({ code: "failed", message: `solver: ${reply.fault}` });
      return reply.model;
    } catch (error) {
      // Whatever it was, the next formula gets a thread that nothing has happened to.
      this.#drop(worker);
      throw error;
    } finally {
      worker.off("message", resolve).off("error", lost).off("exit", ended);
      signal?.removeEventListener("abort", abort);
    }
  }

  #drop(worker: Worker): void {
    if (this.#worker === worker) this.#worker = null;
    void worker.terminate();
  }

  /** Ends the thread and rejects a solve under way. A later solve starts a new thread. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}
