import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname } from "node:path";
import type { MetricsAddress } from "./metricsAddress.ts";
import { isStaleSocket, listenPrivately } from "./unixSocket.ts";

/** Makes a server listen. Throws an error with the reason when it cannot. */
export async function bind(server: Server, address: MetricsAddress): Promise<void> {
  const listening = once(server, "listening");
  if ("socket" in address) listenPrivately(server, address.socket);
  else server.listen({ ...address, exclusive: true });
  try {
    await listening;
  } catch (error) {
    const isInUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    throw isInUse ? new Error("another process listens there", { cause: error }) : error;
  }
}

/** Binds and closes at once, to see whether it works. Changes nothing. */
export async function tryBind(address: MetricsAddress): Promise<void> {
  if ("socket" in address && (!existsSync(dirname(address.socket)) || (await isStaleSocket(address.socket))))
    return;
  const server = createServer();
  await bind(server, address);
  const closed = once(server, "close");
  server.close();
  await closed;
}
