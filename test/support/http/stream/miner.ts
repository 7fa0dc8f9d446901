import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type RawData, WebSocket } from "ws";
import type { ProblemDocument } from "../server.ts";

export interface TextFrame {
  readonly type: string;
  readonly id: number;
  readonly [member: string]: unknown;
}

const opened = new Set<WebSocket>();

/** Cuts what a test left open, so that a failed one does not keep its process alive. */
export function endMiners(): void {
  for (const ws of opened) ws.terminate();
  opened.clear();
}

/** A miner's end of a stream. */
export class StreamMiner {
  readonly ws: WebSocket;
  readonly frames: TextFrame[] = [];
  /** Pings of the protocol that came. */
  pings = 0;
  /** The close code and reason, once the stream is closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  #taken = 0;
  #wake: () => void = () => {};

  constructor(ws: WebSocket) {
    this.ws = ws;
    opened.add(ws);
    ws.on("message", (data: RawData) => {
      this.frames.push(JSON.parse(data.toString()) as TextFrame);
      this.#wake();
    });
    ws.on("ping", () => {
      this.pings++;
    });
    ws.on("error", () => {});
    this.closed = once(ws, "close").then(([code, reason]) => ({ code, reason: String(reason) }));
  }

  send(frame: object | string | Buffer): void {
    this.ws.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** The next frame that came. */
  async next(): Promise<TextFrame> {
    for (;;) {
      const frame = this.frames[this.#taken];
      if (frame !== undefined) {
        this.#taken++;
        return frame;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

export const hello = (capacity = 8, lanes: readonly string[] = ["groth16"]) => ({
  type: "hello",
  id: 1,
  lanes,
  capacity,
});

export const streamUrl = (port: number): string => `ws://127.0.0.1:${port}/v1/stream`;

/** Opens a stream; it has not said `hello`. */
export async function openStream(port: number, hotkey: string, options: object = {}): Promise<StreamMiner> {
  const ws = new WebSocket(streamUrl(port), { headers: { "x-hotkey": hotkey }, ...options });
  const miner = new StreamMiner(ws);
  await once(ws, "open");
  return miner;
}

/** Opens a stream and says `hello`; a `ping` makes sure that it was heard. */
export async function joinStream(port: number, hotkey: string, capacity = 8): Promise<StreamMiner> {
  const miner = await openStream(port, hotkey);
  miner.send(hello(capacity));
  miner.send({ type: "ping", id: "joined" });
  const pong = await miner.next();
  if (pong.type !== "pong") throw new Error(`${pong.type} ${String(pong.code)}`);
  return miner;
}

export interface Refusal {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly problem: ProblemDocument;
}

/** Asks for a stream that is refused; fails when it is opened. */
export async function refusedStream(
  port: number,
  headers: Record<string, string>,
  path = "/v1/stream",
): Promise<Refusal> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  ws.on("error", () => {});
  const [, response] = (await Promise.race([
    once(ws, "unexpected-response"),
    once(ws, "open").then(() => Promise.reject(new Error("the stream was opened"))),
  ])) as [unknown, IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  ws.terminate();
  const problem = JSON.parse(Buffer.concat(chunks).toString()) as ProblemDocument;
  return { status: response.statusCode ?? 0, headers: response.headers, problem };
}
