import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { home } from "../../core/home.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { BoundedMap } from "../../core/queue/boundedMap.ts";
import type { JobInput } from "../../flow/lane.ts";
import type { ProofAnswer, Prover } from "./prover.ts";
import { ProverThread } from "./proverThread.ts";

export interface SnarkProverOptions {
  /** Holds `KIND/KIND.wasm` and `KIND/KIND.zkey` of each kind of work, and `KIND/private.json` where miners supply inputs. */
  readonly circuitsDir?: string;
  /** Proofs at once at most; each takes a thread and some 100 MB. */
  readonly threads: number;
  /** Name of the package that proves. */
  readonly engine?: string;
}

interface Circuit {
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
}

/** As circuits are named; a kind comes from outside and becomes part of a path. */
const kindPattern = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
/** Circuits that are kept in memory. */
const CIRCUITS_MAX = 16;

/** The folder beside `src` in a checkout, and beside `dist` in a package. */
export const circuitsHome = fileURLToPath(new URL("circuits", home));

/** Proves with snarkjs, which is no part of the package (it is GPL) and has to be installed beside it. */
export class SnarkProver implements Prover {
  readonly #folder: string;
  readonly #threads: readonly ProverThread[];
  readonly #idle: ProverThread[];
  readonly #waiting: ((thread: ProverThread) => void)[] = [];
  readonly #circuits = new BoundedMap<string, Promise<Circuit>>(CIRCUITS_MAX);

  constructor({ circuitsDir = circuitsHome, threads, engine = "snarkjs" }: SnarkProverOptions) {
    if (!Number.isInteger(threads) || threads < 1) throw new RangeError(`prover: ${threads} threads`);
    this.#folder = circuitsDir;
    this.#threads = Array.from({ length: threads }, () => new ProverThread(engine));
    this.#idle = [...this.#threads];
  }

  /** Starts a thread; throws `failed` with what to install when the engine is missing. */
  async ready(): Promise<void> {
    await this.#withThread((thread) => thread.ask("ready"));
  }

  /** The kinds whose files are in the folder. */
  kinds(): string[] {
    return existsSync(this.#folder) ? readdirSync(this.#folder).filter((kind) => this.has(kind)) : [];
  }

  has(kind: string, ownInputs: readonly string[] = []): boolean {
    if (!kindPattern.test(kind)) return false;
    if (!existsSync(this.#path(kind, "zkey")) || !existsSync(this.#path(kind, "wasm"))) return false;
    if (ownInputs.length === 0) return true;
    const own = this.#ownInputs(kind);
    return ownInputs.every((name) => Object.hasOwn(own, name));
  }

  async prove(kind: string, input: JobInput, signal: AbortSignal): Promise<ProofAnswer> {
    if (!this.has(kind)) throw new AssayError({ code: "failed", message: `prover: no circuit "${kind}"` });
    const circuit = await this.#circuit(kind);
    // What the job states goes before what this miner has.
    const whole = { ...this.#ownInputs(kind), ...input };
    const answer = await this.#withThread((thread) => thread.ask({ input: whole, ...circuit }, signal));
    if (answer === null) throw new RangeError("prover: a proof was asked for");
    return answer;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** The private inputs that this miner supplies: `private.json` of the kind; read again for each proof, so that it can change. */
  #ownInputs(kind: string): JobInput {
    const file = join(this.#folder, kind, "private.json");
    if (!existsSync(file)) return {};
    try {
      return Object(JSON.parse(readFileSync(file, "utf8"))) as JobInput;
    } catch (error) {
      throw new AssayError({ code: "file_unreadable", file, cause_text: causeText(error) }, { cause: error });
    }
  }

  #path(kind: string, suffix: string): string {
    return join(this.#folder, kind, `${kind}.${suffix}`);
  }

  #circuit(kind: string): Promise<Circuit> {
    let circuit = this.#circuits.get(kind);
    if (circuit === undefined) {
      circuit = this.#read(kind);
      this.#circuits.set(kind, circuit);
      circuit.catch(() => this.#circuits.delete(kind));
    }
    return circuit;
  }

  async #read(kind: string): Promise<Circuit> {
    const [wasm, zkey] = await Promise.all(
      ["wasm", "zkey"].map((suffix) => readShared(this.#path(kind, suffix))),
    );
    if (wasm === undefined || zkey === undefined) throw new RangeError("two files were read");
    return { wasm, zkey };
  }

  /** In order of arrival; as many wait as their caller lets work at once. */
  async #withThread<T>(work: (thread: ProverThread) => Promise<T>): Promise<T> {
    const thread = this.#idle.pop() ?? (await new Promise<ProverThread>((take) => this.#waiting.push(take)));
    try {
      return await work(thread);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(thread);
      else next(thread);
    }
  }
}

/** A file in memory that all threads share: it crosses to them without a copy. */
async function readShared(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
