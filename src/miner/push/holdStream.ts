import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";

export interface StreamTimes {
  /** Between two pings, ms. */
  readonly pingMs: number;
  /** After this time without any frame the validator counts as gone, ms. */
  readonly silentMs: number;
}

export interface HoldOptions extends StreamTimes {
  /** Of the validator, as for its other routes. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Closes the stream with a close frame. */
  readonly signal: AbortSignal;
}

/** Sends one frame; false when the stream has ended. */
export type Send = (frame: string | Buffer) => boolean;

export interface HoldEvents {
  opened(send: Send): void;
  /** The text of a frame. */
  frame(text: string): void;
  /** The stream is about to be ended from this side: the last chance to send. */
  closing(): void;
}

/** How a stream ended, or why there was none. */
export interface StreamEnd {
  /** A problem's code, the reason that a close frame gave, or `silent`, `gone`, `unreachable`. */
  readonly code: string;
  /** Seconds to wait as told by Retry-After, else null. */
  readonly retryAfterS: number | null;
  /** The cause of an `unreachable`, for people. */
  readonly detail?: string;
}

const HANDSHAKE_MS = 15_000;
/** After its close frame a stream has this long to end. */
const CLOSE_MS = 1000;
/** Of one frame: a job is at most as large as the request that put it in. */
const FRAME_MAX = 4 * 1024 * 1024;
/** Of a refusal's document. */
const REFUSAL_MAX = 65_536;

async function refusalOf(response: IncomingMessage): Promise<StreamEnd> {
  const after = Number(response.headers["retry-after"]);
  const retryAfterS = Number.isFinite(after) && after > 0 ? after : null;
  let code: unknown;
  try {
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) {
      text += String(chunk);
      if (text.length > REFUSAL_MAX) break;
    }
    ({ code } = JSON.parse(text) as { code?: unknown });
  } catch {
    // No problem document: its status says enough.
  }
  return { code: typeof code === "string" ? code : `http_${response.statusCode}`, retryAfterS };
}

/** Close reasons are words of the protocol; a close without one has its number only. */
function closeOf(code: number, reason: Buffer): StreamEnd {
  const word = reason.toString("utf8");
  const isWord = /^[a-z_]{1,32}$/.test(word);
  return {
    code: isWord ? word : code === 1005 || code === 1006 ? "gone" : `close_${code}`,
    retryAfterS: null,
  };
}

/** Pings, and calls `silent` after too long without a frame; returns the function to call on every frame. */
function watchLife(ws: WebSocket, { pingMs, silentMs }: StreamTimes, silent: () => void) {
  const pings = setInterval(() => ws.ping(), pingMs);
  let heard = false;
  // Frames that arrived during a stall of the process are read before the stream is given up.
  const timer = setTimeout(() => {
    heard = false;
    setImmediate(() => setImmediate(() => (heard ? timer.refresh() : silent())));
  }, silentMs);
  return {
    heard: () => {
      heard = true;
      timer.refresh();
    },
    end: () => {
      clearInterval(pings);
      clearTimeout(timer);
    },
  };
}

/** Opens a stream and holds it until either side ends it. Never rejects. */
export function holdStream(options: HoldOptions, events: HoldEvents): Promise<StreamEnd> {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  const ws = new WebSocket(`${options.url.replace(/^http/, "ws")}/v1/stream`, {
    headers: { ...options.headers },
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: FRAME_MAX,
    perMessageDeflate: false,
  });
  const send: Send = (frame) => {
    if (ws.readyState !== WebSocket.OPEN) return false;
    ws.send(frame);
    return true;
  };
  const giveUp = (code: string, detail = "") => {
    resolve({ code, retryAfterS: null, detail });
    ws.terminate();
  };
  const abort = () => {
    events.closing();
    setTimeout(() => ws.terminate(), CLOSE_MS).unref();
    ws.close(1000);
  };
  ws.on("open", () => {
    const life = watchLife(ws, options, () => giveUp("silent"));
    ws.on("close", life.end);
    for (const sign of ["message", "ping", "pong"]) ws.on(sign, life.heard);
    events.opened(send);
  });
  ws.on("message", (data, isBinary) => {
    if (!isBinary) events.frame(String(data));
  });
  ws.on("unexpected-response", (request, response) => {
    void refusalOf(response).then((end) => {
      resolve(end);
      request.destroy();
      ws.terminate();
    });
  });
  ws.on("error", (error) => giveUp("unreachable", error.message));
  ws.on("close", (code, reason) => resolve(closeOf(code, reason)));
  options.signal.addEventListener("abort", abort);
  if (options.signal.aborted) abort();
  return promise.finally(() => options.signal.removeEventListener("abort", abort));
}
