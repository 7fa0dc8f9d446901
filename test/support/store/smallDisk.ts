import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, cpSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { until } from "../until.ts";

/** Ways to have mounts of one's own: in a user namespace, or as root. */
const ways = [
  { unshare: ["-rm"], nsenter: ["--preserve-credentials", "-U", "-m"] },
  { unshare: ["-m"], nsenter: ["-m"] },
] as const;

const way = ways.find(
  ({ unshare }) =>
    spawnSync("unshare", [...unshare, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]).status === 0,
);

/** Whether this user may mount a disk that only its own processes see. */
export const canMount = way !== undefined;

const FILLER = "filler";
const CHUNK = 2 ** 20;

/** A tmpfs of a given size over a folder. Only processes that are started within it see it; it goes with the process that holds it. */
export class SmallDisk {
  readonly #holder: ChildProcess;
  readonly #dir: string;

  /** Mounts over the folder, and copies what the folder held. */
  static async over(dir: string, bytes: number): Promise<SmallDisk> {
    if (way === undefined) throw new Error("this user cannot mount");
    const script = 'mount -t tmpfs -o size="$1" tmpfs "$0" && echo mounted && exec sleep 3600';
    const holder = spawn("unshare", [...way.unshare, "sh", "-c", script, dir, `${bytes}`]);
    let out = "";
    holder.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    await until(() => out !== "" || holder.exitCode !== null);
    const disk = new SmallDisk(holder, dir);
    cpSync(dir, disk.path, { recursive: true });
    return disk;
  }

  private constructor(holder: ChildProcess, dir: string) {
    this.#holder = holder;
    this.#dir = dir;
  }

  /** The folder as those outside reach it. */
  get path(): string {
    return `/proc/${this.#holder.pid}/root${this.#dir}`;
  }

  /** Runs a command where the disk is seen. */
  get within(): readonly string[] {
    return ["nsenter", ...(way?.nsenter ?? []), "-t", `${this.#holder.pid}`, "--"];
  }

  /** Leaves this many bytes free, to a page; of 0, what others free meanwhile is filled too. */
  fill(leave: number): void {
    for (;;) {
      const { bavail, bsize } = statfsSync(this.path);
      const most = bavail * bsize - leave;
      if (most <= 0) return;
      try {
        appendFileSync(join(this.path, FILLER), Buffer.alloc(Math.min(most, CHUNK)));
      } catch (error) {
        // Others write to it too.
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      }
    }
  }

  empty(): void {
    rmSync(join(this.path, FILLER), { force: true });
  }

  async close(): Promise<void> {
    const gone = once(this.#holder, "exit");
    this.#holder.kill("SIGKILL");
    await gone;
  }
}
