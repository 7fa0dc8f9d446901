import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { systemClock } from "../../../../src/core/clock.ts";
import { readClaim } from "../../../../src/epistula/claim.ts";
import { signedMessage } from "../../../../src/epistula/message.ts";
import { Sr25519Verifier } from "../../../../src/epistula/sr25519.ts";
import type { JobOrder } from "../../../../src/flow/job.ts";
import { type Frame, jobFrame, readBinary, readText } from "../../../../src/http/stream/frame.ts";
import { signingOf } from "../../epistula/signing.ts";
import { until } from "../../until.ts";

/** A stream as the validator sees it. */
export interface FakeStream {
  readonly ws: WebSocket;
  readonly hotkey: string;
  /** What came in, as the real validator reads it. */
  readonly frames: Frame[];
  /** Sizes of the frames that came as binary. */
  readonly binary: number[];
  pings: number;
  job(order: JobOrder): void;
  /** Resolves with the frame at that place. */
  frame(index: number): Promise<Frame>;
}

export interface FakeValidator {
  readonly url: string;
  readonly hotkey: string;
  readonly streams: FakeStream[];
  /** Resolves with the stream at that place. */
  stream(index: number): Promise<FakeStream>;
  /** Set: handshakes are refused with it. */
  refusal: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: string;
  } | null;
  /** Handshakes that were refused. */
  refused: number;
  counts: object;
  close(): Promise<void>;
}

const validator = signingOf("push validator");
const verifier = new Sr25519Verifier();

/** The hotkey that signed a handshake; throws when nobody did. */
function callerOf(request: IncomingMessage): string {
  const rules = { validator: validator.hotkey, pastMs: 8000, futureMs: 2000 };
  const claim = readClaim(request.headers, rules, systemClock.nowMs());
  if (!verifier.verify(claim.publicKey, signedMessage(Buffer.alloc(0), claim), claim.signature))
    throw new Error("the handshake is not signed");
  return claim.hotkey;
}

function streamOf(ws: WebSocket, hotkey: string): FakeStream {
  let sent = 0;
  const stream: FakeStream = {
    ws,
    hotkey,
    frames: [],
    binary: [],
    pings: 0,
    job: (order) => ws.send(jobFrame(++sent, order)),
    frame: async (index) => {
      await until(() => stream.frames.length > index);
      return stream.frames[index] as Frame;
    },
  };
  ws.on("message", (data: Buffer, isBinary) => {
    if (isBinary) stream.binary.push(data.length);
    stream.frames.push(isBinary ? readBinary(data) : readText(data));
  });
  ws.on("ping", () => stream.pings++);
  return stream;
}

/** What a push miner needs of a validator: its status, streams whose frames can be looked at, and counts. */
export async function fakeValidator(t: TestContext, port = 0): Promise<FakeValidator> {
  const http = createServer((request: IncomingMessage, response: ServerResponse) => {
    const document = request.url === "/v1/status" ? { validator: validator.hotkey } : { counts: fake.counts };
    response.setHeader("connection", "close").end(JSON.stringify(document));
  });
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    const { refusal } = fake;
    if (refusal !== null) {
      const headers = Object.entries(refusal.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      fake.refused++;
      socket.end(
        `HTTP/1.1 ${refusal.status} No\r\n${headers.join("")}content-length: ${Buffer.byteLength(refusal.body)}\r\n\r\n${refusal.body}`,
      );
      return;
    }
    const hotkey = callerOf(request);
    sockets.handleUpgrade(request, socket, head, (ws) => fake.streams.push(streamOf(ws, hotkey)));
  });
  http.listen(port, "127.0.0.1");
  await once(http, "listening");
  const fake: FakeValidator = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    hotkey: validator.hotkey,
    streams: [],
    stream: async (index) => {
      await until(() => fake.streams.length > index);
      return fake.streams[index] as FakeStream;
    },
    refusal: null,
    refused: 0,
    counts: { submitted: 0, accepted: 0, rejected: 0, void: 0 },
    close: async () => {
      for (const { ws } of fake.streams) ws.terminate();
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
  t.after(() => http.listening && fake.close());
  return fake;
}

let made = 0;

export function jobOrder(more: Partial<JobOrder> = {}): JobOrder {
  return {
    job_id: `jb_${(made++).toString(16).padStart(32, "0")}`,
    lane: "groth16",
    kind: "hash-chain",
    input: { x: "3" },
    deadline_ms: 60_000,
    ...more,
  };
}

/** Signs as the validator of `fakeValidator`. */
export const validatorSigning = validator;
