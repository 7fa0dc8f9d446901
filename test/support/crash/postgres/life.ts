import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../../../src/flow/store.ts";
import type { Fact } from "../../invariants/facts.ts";
import { openStore } from "../../store/postgresDatabases.ts";
import { type Files, writeFiles } from "../diskImage.ts";
import { DiskTrace } from "../diskTrace.ts";
import { filesIn } from "../origin.ts";
import { Outside } from "../outside.ts";
import { patchFiles } from "../patches.ts";
import type { Place } from "../process.ts";
import { scratch } from "../scratch.ts";
import { Wire } from "./wire.ts";

/** No measure of speed: a call fails of a crash alone. */
const PATIENCE_MS = 3_600_000;

export interface LifeOf {
  readonly seed: number;
  readonly name: string;
  readonly url: string;
  readonly files: Files;
  readonly facts: readonly Fact[];
  /** The moment that is its last, counted from 1; it goes on for ever when left out. */
  readonly last?: number;
}

/** One process over a database and a folder with keys. It takes over the timers and files of its thread until it is over. */
export class Life {
  readonly dir = mkdtempSync(join(scratch(), "assay-crash-"));
  readonly url: string;
  readonly outside: Outside;
  readonly wire: Wire;
  /** Of the scenario: the one that began last. */
  step = 0;
  readonly #last: number;
  #moments = 0;
  #lastLabel = "";
  #unpatch = (): void => {};

  private constructor({ seed, name, url, files, facts, last = Number.POSITIVE_INFINITY }: LifeOf) {
    this.url = url;
    this.#last = last;
    const passed = (label: string): void => this.#pass(label);
    this.outside = new Outside({ seed, life: name, facts }, { passed });
    this.wire = new Wire(passed);
    writeFiles(this.dir, files);
  }

  static async begin(given: LifeOf): Promise<Life> {
    const life = new Life(given);
    const { time } = life.outside;
    const trace = new DiskTrace(life.dir, (label) => life.#atFile(label));
    life.#unpatch = await patchFiles(trace, (work) => time.aside(work));
    life.outside.time.install();
    return life;
  }

  /** Moments that it passed. */
  get moments(): number {
    return this.#moments;
  }

  /** What its last moment was. */
  get lastLabel(): string {
    return this.#lastLabel;
  }

  place(): Place {
    const { time } = this.outside;
    const real = <T>(work: () => Promise<T> | T): Promise<T> => time.aside(() => this.wire.over(work));
    return {
      dir: this.dir,
      openStore: async () => {
        // One connection for reads, and no wait for others to share a group: so that runs differ little.
        const store = await real(() =>
          openStore(this.url, { connections: 1, groupMs: 0, poolWaitMs: PATIENCE_MS }),
        );
        return new Proxy(store, {
          get(target, name) {
            const method: unknown = Reflect.get(target, name);
            if (typeof method !== "function") return method;
            return (...args: unknown[]) => real(() => Reflect.apply(method, target, args) as unknown);
          },
        }) as Store;
      },
    };
  }

  /** Its files at its end. */
  files(): Files {
    return filesIn(this.dir);
  }

  over(): void {
    this.wire.cut();
    this.outside.isDead = true;
    this.outside.time.uninstall();
    this.outside.time.forget();
    this.#unpatch();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #pass(label: string): void {
    if (this.outside.isDead) return;
    this.#lastLabel = label;
    if (++this.#moments < this.#last) return;
    this.outside.isDead = true;
    this.wire.cut();
  }

  /** A process that has ended does nothing more to its files. */
  #atFile(label: string): void {
    if (!this.outside.isDead) this.#pass(label);
    if (this.outside.isDead) throw new Error("the process has ended");
  }
}
