import { type ClientOptions, WebSocket } from "ws";
import { listedMethods, refusedId, requestId } from "./methods.ts";

/** Metadata is the largest answer, 0.7 MB as hex; the events of a full block are smaller. */
const MAX_BYTES = 33_554_432;

const FOLLOW = "chainHead_v1_follow";

/** The sockets of one session, and what ends them at once: a node that hangs does not answer a closing handshake. */
export interface SessionSockets {
  readonly socketClass: typeof globalThis.WebSocket;
  destroy(): void;
}

export interface SocketOptions {
  readonly connectMs: number;
  /** Whether the node takes `chainHead_v1_follow` where it lists it. */
  readonly canFollow: boolean;
  /** The node lists `chainHead_v1` and refuses to follow with it. */
  readonly followRefused: () => void;
}

export function sessionSockets({ connectMs, canFollow, followRefused }: SocketOptions): SessionSockets {
  const open = new Set<WebSocket>();
  const options: ClientOptions = {
    maxPayload: MAX_BYTES,
    handshakeTimeout: connectMs,
    perMessageDeflate: false,
  };
  class NodeSocket extends WebSocket {
    /** Id of the request to follow that has no answer yet. */
    #follow: string | null = null;

    constructor(url: string) {
      super(url, options);
      open.add(this);
      this.once("close", () => open.delete(this));
      // The library stops listening before it closes, and an error that nobody hears would end the process.
      this.on("error", () => {});
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      const [data, ...rest] = args;
      if (event !== "message" || !Buffer.isBuffer(data)) return super.emit(event, ...args);
      if (this.#follow !== null && refusedId(data, this.#follow)) followRefused();
      return this.#deliver(listedMethods(data, canFollow), rest);
    }

    /** What the library cannot read ends the connection, and not the process. */
    #deliver(data: Buffer, rest: readonly unknown[]): boolean {
      try {
        return super.emit("message", data, ...rest);
      } catch {
        this.terminate();
        return true;
      }
    }

    override send(data: string): void {
      if (data.includes(FOLLOW)) this.#follow = requestId(data);
      if (this.readyState === WebSocket.OPEN) super.send(data);
    }

    override close(): void {
      this.terminate();
    }
  }
  return {
    socketClass: NodeSocket as unknown as typeof globalThis.WebSocket,
    destroy: () => {
      for (const socket of open) socket.terminate();
    },
  };
}
