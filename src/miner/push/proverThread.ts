import { Worker } from "node:worker_threads";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { sibling } from "../../core/sibling.ts";
import type { ProofAnswer } from "./prover.ts";
import type { ProverQuestion, ProverReply, ProverWorkerData } from "./proverWorker.ts";

function faultOf(engine: string, { fault, missing }: { fault: string; missing: boolean }): AssayError {
  const install = engine === "snarkjs" ? "snarkjs@0.7.6" : engine;
  const message = missing ? `${engine} is not installed; npm install ${install}` : `prover: ${fault}`;
  return new AssayError({ code: "failed", message });
}

/** Without a bound the young heap grows with the memory of the machine. */
const YOUNG_MIB = 8;

/** One thread that makes one proof at a time; it starts at the first question, and again after it was lost. */
export class ProverThread {
  readonly #engine: string;
  #worker: Worker | null = null;
  #closed = false;

  constructor(engine: string) {
    this.#engine = engine;
  }

  /** Null for the question whether it is ready. Rejects with `failed`, or with the signal's reason once that aborts. */
  async ask(question: ProverQuestion, signal?: AbortSignal): Promise<ProofAnswer | null> {
    signal?.throwIfAborted();
    if (this.#closed) throw new AssayError({ code: "failed", message: "prover: closed" });
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const { promise, resolve, reject } = Promise.withResolvers<ProverReply>();
    const lost = (cause: unknown) => resolve({ fault: causeText(cause), missing: false });
    const ended = () => lost("its thread ended");
    // A proof under way cannot be stopped: its thread is ended, and the next question starts another.
    const abort = () => {
      this.#drop(worker);
      reject(signal?.reason);
    };
    worker.once("message", resolve).once("error", lost).once("exit", ended);
    signal?.addEventListener("abort", abort);
    worker.postMessage(question);
    try {
      const reply = await promise;
      if ("fault" in reply) throw faultOf(this.#engine, reply);
      return reply.answer;
    } finally {
      worker.off("message", resolve).off("error", lost).off("exit", ended);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Ends the thread; what it is asked then rejects with `failed`. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const data: ProverWorkerData = { engine: this.#engine, mod: "data:," };
    const worker = new Worker(sibling(import.meta.url, "proverWorker"), {
      workerData: data,
      name: "assay-prover",
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    worker.on("error", () => this.#drop(worker));
    worker.on("exit", () => this.#drop(worker));
    return worker;
  }

  #drop(worker: Worker): void {
    if (this.#worker === worker) this.#worker = null;
    void worker.terminate();
  }
}
