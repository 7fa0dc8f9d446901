import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Counts, noCounts } from "./counts.ts";
import { nodeOptions } from "./nodeOptions.ts";

const share = join(import.meta.dirname, "share.ts");
/** Processes, each with its share of the files: one more than two cores, since one waits now and then. */
const SHARES = 3;
/** A share that has not ended by then waits in vain. No measure of speed; the longest takes two minutes. */
const STUCK_MS = 20 * 60_000;

interface Left extends Omit<Counts, "failedIn"> {
  readonly failedIn: readonly string[];
}

/** What the process left; one that left nothing has failed, in any of its files. */
function countsIn(file: string, files: readonly string[]): Counts {
  try {
    const left = JSON.parse(readFileSync(file, "utf8")) as Left;
    return { ...left, failedIn: new Set(left.failedIn) };
  } catch {
    return { ...noCounts(), failed: 1, failedIn: new Set(files) };
  }
}

/** Runs the files in one process: most of what a small file costs is the start of its own. */
async function runShare(files: readonly string[]): Promise<Counts> {
  const dir = mkdtempSync(join(tmpdir(), "assay-tests-"));
  const file = join(dir, "counts.json");
  const child = spawn(process.execPath, [...nodeOptions, share, file, ...files], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: STUCK_MS,
  });
  let told = "";
  child.stdout.on("data", (chunk) => {
    told += String(chunk);
  });
  const [code] = (await once(child, "close")) as [number | null];
  process.stdout.write(told);
  const counts = countsIn(file, files);
  rmSync(dir, { recursive: true });
  // An error that nobody caught is no test's, and ends in the exit status alone.
  return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1, failedIn: new Set(files) };
}

export interface Together {
  /** There is room for others: a share has ended. */
  readonly hasRoom: Promise<void>;
  readonly hasEnded: Promise<unknown>;
}

/** Runs files that need no process of their own, some together; calls back with what became of each share. */
export function runTogether(files: readonly string[], ended: (counts: Counts) => void): Together {
  const shares = Array.from({ length: SHARES }, (_, i) => files.filter((_, n) => n % SHARES === i));
  const running = shares
    .filter((share) => share.length > 0)
    .map(async (share) => ended(await runShare(share)));
  const free = running.length < SHARES ? [Promise.resolve()] : [];
  return { hasRoom: Promise.race([...running, ...free]), hasEnded: Promise.all(running) };
}
