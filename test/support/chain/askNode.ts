import { once } from "node:events";
import { WebSocket } from "ws";

/** One JSON-RPC request over a socket of its own; rejects with the node's error, or where the deadline passes without an answer. */
export async function askNode<T>(
  url: string,
  method: string,
  params: unknown[] = [],
  deadlineMs = 5000,
): Promise<T> {
  const socket = new WebSocket(url);
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    await once(socket, "open", { signal });
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    const [data] = await once(socket, "message", { signal });
    const { result, error } = JSON.parse(String(data)) as { result?: T; error?: { message: string } };
    if (error !== undefined) throw new Error(error.message);
    return result as T;
  } finally {
    socket.terminate();
  }
}
