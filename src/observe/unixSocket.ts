import { once } from "node:events";
import { lstatSync } from "node:fs";
import { connect, type Server } from "node:net";

/** Whether the path holds the socket of a process that ended without closing it. Throws when it must not be removed. */
export async function isStaleSocket(path: string): Promise<boolean> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isSocket()) throw new Error("a file that is not a socket has that path");
  const probe = connect(path);
  try {
    await once(probe, "connect");
  } catch (error) {
    // After any other failure, such as missing rights, the socket may be in use.
    if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") return true;
  } finally {
    probe.destroy();
  }
  throw new Error("another process listens there");
}

/** Binds with mode 0600. The umask is that of the whole process, so it is restored before anything else runs. */
export function listenPrivately(server: Server, path: string): void {
  const mask = process.umask(0o177);
  try {
    server.listen({ path, exclusive: true });
  } finally {
    process.umask(mask);
  }
}
