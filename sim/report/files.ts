import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AssayError, causeText } from "../../src/core/problems/assayError.ts";
import type { LineSink } from "../engine/trace.ts";

/** Text held before it is written, characters. */
const HELD = 1 << 16;

/** A folder of results. Files appear complete; only the trace grows during the run. */
export class OutputFolder {
  readonly #dir: string;

  /** Makes the folder. Throws `failed` when it cannot, as every write does, and when one of `names` is there and not to be replaced. */
  constructor(dir: string, names: readonly string[], replace: boolean) {
    this.#dir = dir;
    const taken = replace ? undefined : names.find((name) => existsSync(join(dir, name)));
    if (taken !== undefined)
      throw new AssayError({
        code: "failed",
        message: `${join(dir, taken)} exists and holds earlier results; name another folder with --out, or add --force to replace them`,
      });
    attempt(dir, () => mkdirSync(dir, { recursive: true }));
  }

  write(name: string, text: string): void {
    const file = join(this.#dir, name);
    attempt(file, () => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    });
  }

  json(name: string, document: unknown): void {
    this.write(name, `${JSON.stringify(document, null, 2)}\n`);
  }

  lines(name: string): LineFile {
    return new LineFile(join(this.#dir, name));
  }
}

/** A file that only ever has whole lines. */
export class LineFile implements LineSink {
  readonly #file: string;
  readonly #fd: number;
  #held: string[] = [];
  #size = 0;

  constructor(file: string) {
    this.#file = file;
    this.#fd = attempt(file, () => openSync(file, "w"));
  }

  write(line: string): void {
    this.#held.push(line);
    this.#size += line.length;
    if (this.#size >= HELD) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }

  #flush(): void {
    if (this.#held.length === 0) return;
    const text = `${this.#held.join("\n")}\n`;
    // In a loop, since one write may take only a part.
    attempt(this.#file, () => writeFileSync(this.#fd, text));
    this.#held = [];
    this.#size = 0;
  }
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new AssayError({ code: "failed", message: `${file}: ${causeText(error)}` }, { cause: error });
  }
}
