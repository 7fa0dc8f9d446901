import { closeSync, constants, openSync, write } from "node:fs";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Outlet } from "./logSink.ts";

/** Its owner writes it, and its group may read it, as a collector of logs does. */
const MODE = 0o640;
/** Of a pipe that nobody reads, opening fails instead of waiting. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * A file that log lines are appended to. It is opened anew when it was moved away, and after a write that failed; a write that
 * fails is told to its caller, and nothing waits for it.
 */
export class LogFile {
  readonly #path: string;
  #fd: number;
  /** A write that failed half way left a line without its end. */
  #isTorn = false;
  #busy = false;
  /** To be closed when the write under way has ended. */
  #old: number[] = [];

  /** Throws `file_unreadable` with the reason. */
  static open(path: string): LogFile {
    try {
      return new LogFile(path);
    } catch (error) {
      throw new AssayError(
        {
          code: "file_unreadable",
          file: path,
          cause_text: `the log cannot be written there: ${causeText(error)}`,
          remedy:
            "Make its folder and let this user write there, or name another file with --log-file or observe.log_file.",
        },
        { cause: error },
      );
    }
  }

  private constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, "a", MODE);
  }

  readonly outlet: Outlet = (text, done) => {
    this.#busy = true;
    const fd = this.#fd;
    this.#writeAll(fd, Buffer.from(this.#isTorn ? `\n${text}` : text), (error) => {
      this.#busy = false;
      this.#closeOld();
      if (error && this.#fd === fd) this.#tryAgain();
      done(error);
    });
  };

  /** Goes on in a new file under the same name. Throws when that cannot be opened, and stays with the old one. */
  reopen(): void {
    const fd = openSync(this.#path, FLAGS, MODE);
    this.#old.push(this.#fd);
    this.#fd = fd;
    this.#isTorn = false;
    this.#closeOld();
  }

  #tryAgain(): void {
    try {
      const wasTorn = this.#isTorn;
      this.reopen();
      this.#isTorn = wasTorn;
    } catch {
      // The file in hand stays: the next write tells whether it can be written again.
    }
  }

  #closeOld(): void {
    if (this.#busy) return;
    for (const fd of this.#old.splice(0)) closeSync(fd);
  }

  #writeAll(fd: number, bytes: Buffer, done: (error?: Error | null) => void): void {
    write(fd, bytes, (error, written) => {
      if (written > 0 && fd === this.#fd) this.#isTorn = written < bytes.length;
      if (error || written === bytes.length) done(error);
      else this.#writeAll(fd, bytes.subarray(written), done);
    });
  }
}
