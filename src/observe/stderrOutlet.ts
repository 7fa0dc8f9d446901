import { fstatSync, write } from "node:fs";
import type { Outlet } from "./logSink.ts";

const STDERR = 2;
const AGAIN_MS = 100;

/** A pipe or socket that nobody reads must not block: its stream waits in the event loop. A file takes what it is given. */
export function stderrOutlet(): Outlet {
  const { stderr } = process;
  // Without a listener a reader that is gone would end the process; the callback of the write says the same.
  stderr.on("error", () => {});
  const kind = fstatSync(STDERR, { throwIfNoEntry: false });
  if (kind?.isFIFO() || kind?.isSocket()) return (text, done) => void stderr.write(text, done);
  return (text, done) => writeAll(Buffer.from(text), done);
}

function writeAll(bytes: Buffer, done: (error?: Error | null) => void): void {
  write(STDERR, bytes, (error, written) => {
    if (error?.code === "EAGAIN") setTimeout(() => writeAll(bytes, done), AGAIN_MS);
    else if (error || written === bytes.length) done(error);
    else writeAll(bytes.subarray(written), done);
  });
}
