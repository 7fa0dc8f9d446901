import { lstatSync, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";

/** What stands at a path; `stale` is the socket of a process that ended without closing it. */
type SocketState = "absent" | "stale" | "live" | "no socket";

async function socketState(path: string): Promise<SocketState> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return "absent";
  if (!stats.isSocket()) return "no socket";
  return new Promise((resolve) => {
    const probe = connect(path);
    const end = (state: SocketState): void => {
      probe.destroy();
      resolve(state);
    };
    probe.once("connect", () => end("live"));
    // Whatever else keeps us out may be a socket in use.
    probe.once("error", ({ code }: NodeJS.ErrnoException) => end(code === "ECONNREFUSED" ? "stale" : "live"));
  });
}

/** Whether a stale socket stands at the path. Throws when something is there that must stay. */
export async function isStaleSocket(path: string): Promise<boolean> {
  const state = await socketState(path);
  if (state === "live") throw new Error("another process listens there");
  if (state === "no socket") throw new Error("a file that is no socket stands there");
  return state === "stale";
}

export async function removeStaleSocket(path: string): Promise<void> {
  if (await isStaleSocket(path)) unlinkSync(path);
}

/** Binds with mode 0600. The mask is that of the whole process, so it is back before anything else runs here. */
export function listenPrivately(server: Server, path: string): void {
  const mask = process.umask(0o177);
  try {
    server.listen({ path, exclusive: true });
  } finally {
    process.umask(mask);
  }
}
