import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Caller } from "../../flow/caller.ts";
import type { LinkListener } from "../../flow/link.ts";
import { rawAnswer } from "../problem/document.ts";
import { callerOf } from "../requests.ts";
import type { HeldBytes } from "../wire/heldBytes.ts";
import { PerAddress } from "../wire/perAddress.ts";
import { originForm } from "../wire/requestHead.ts";
import { endWith } from "../wire/socketEnd.ts";
import { frameLimits } from "./frameBudget.ts";
import { answerOn, checkHandshake, isStreamUpgrade, refuseProtocol, webSocket } from "./handshake.ts";
import { type StreamOptions, streamDefaults } from "./options.ts";
import { Streams } from "./streams.ts";

/** What streams need from the push lane. */
export interface PushModules {
  /** The proven hotkey of a caller that may work. Throws the refusal. */
  authenticate(caller: Caller): Promise<string>;
  /** Names of the push lanes. */
  readonly lanes: readonly string[];
  /** Their kinds of work; every kind when absent. */
  readonly kinds?: readonly string[];
  readonly listener: LinkListener;
  readonly clock: Clock;
}

export interface AttachModules extends PushModules {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Passes an upgrade request through the hooks of every request, to `serve` or to its refusal. */
  route(request: IncomingMessage, response: ServerResponse): void;
  readonly held: HeldBytes;
  /** The connection is no longer HTTP. */
  upgraded(socket: Socket): void;
  /** The answer will not be sent: its connection has become a stream. */
  release(response: ServerResponse): void;
}

export interface AttachedStreams {
  /** Serves the route: makes a stream of the connection, or throws the refusal. */
  serve(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Ends all streams and refuses new ones; waits a bounded time for their sockets. Once. */
  close(graceMs?: number): Promise<void>;
  /** Streams that have not ended, including those before their `hello`. */
  count(): number;
}

/** About the time in which a stream ends or the validator restarts. */
const backAfterSeconds = 5;

/** The most chunks of one frame; each takes about 200 bytes while the frame is incomplete. */
const maxBufferedChunks = 16_384;
const maxFragments = 1024;

/** After the validator's close frame, the miner has this time to close its side. */
const closeTimeoutMs = 5000;

const defaultGraceMs = 2000;

function webSockets(maxFrameBytes: number): WebSocketServer {
  // Past these ws cuts a stream without a word; what a stream may send at once must not get there.
  const maxPendingAutoPongs = frameLimits(maxFrameBytes).pings.burst;
  const bounds = {
    ...{ maxPayload: maxFrameBytes, maxBufferedChunks, maxFragments, maxPendingAutoPongs },
    closeTimeout: closeTimeoutMs,
  };
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    handleProtocols: () => false,
    ...bounds,
  });
  server.on("wsClientError", (_error, socket) => {
    endWith(socket as Socket, rawAnswer({ code: "malformed_request" }), false);
  });
  return server;
}

/** Makes `GET /v1/stream` open streams on a server. */
export function attachStreams(
  server: Server,
  options: Partial<StreamOptions>,
  modules: AttachModules,
): AttachedStreams {
  const bounds = { ...streamDefaults, ...options };
  const streams = new Streams(bounds, modules);
  const perAddress = new PerAddress(bounds.perAddress);
  const upgrader = webSockets(bounds.maxFrameBytes);
  const heads = new WeakMap<IncomingMessage, Buffer>();
  let handshakes = 0;
  let closing: Promise<void> | null = null;

  const refuseWhenFull = (): void => {
    if (closing !== null) throw new AssayError({ code: "shutting_down", retry_after_s: backAfterSeconds });
    const limit = bounds.maxStreams;
    if (streams.count + handshakes < limit) return;
    throw new AssayError({ code: "too_many_streams", limit, retry_after_s: backAfterSeconds });
  };
  /** Counts a stream of the caller's address; returns what takes it back. */
  const enter = ({ ip }: Caller): (() => void) => {
    const leave = perAddress.enter(ip);
    if (leave !== null) return leave;
    throw new AssayError({
      code: "too_many_connections",
      limit: perAddress.limit,
      retry_after_s: backAfterSeconds,
    });
  };
  const authenticate = async (caller: Caller): Promise<string> => {
    handshakes++;
    try {
      return await modules.authenticate(caller);
    } finally {
      handshakes--;
    }
  };
  const takeOver = (request: IncomingMessage, reply: FastifyReply, head: Buffer, hotkey: string): void => {
    const { socket } = request;
    reply.hijack();
    modules.release(reply.raw);
    reply.raw.detachSocket(socket);
    // Of several protocols that the miner would take, this is the one.
    request.headers.upgrade = webSocket;
    upgrader.handleUpgrade(request, socket, head, (ws: WebSocket) => streams.add(ws, socket, hotkey));
  };

  server.on("upgrade", (request, stream, head) => {
    const socket = stream as Socket;
    modules.upgraded(socket);
    request.url = originForm(request.url ?? "");
    socket.on("error", () => socket.destroy());
    const response = answerOn(request, socket);
    if (response === null) socket.destroy();
    else {
      heads.set(request, head);
      modules.route(request, response);
    }
  });
  Object.assign(server, { shouldUpgradeCallback: isStreamUpgrade });

  return {
    serve: async (request, reply) => {
      const head = heads.get(request.raw);
      if (head === undefined) return refuseProtocol(reply);
      checkHandshake(request, reply);
      refuseWhenFull();
      const caller = callerOf(request, reply);
      const leave = enter(caller);
      const { socket } = request.raw;
      if (socket.destroyed) leave();
      else socket.once("close", leave);
      const hotkey = await authenticate(caller);
      refuseWhenFull();
      takeOver(request.raw, reply, head, hotkey);
    },
    close: (graceMs = defaultGraceMs) => {
      closing ??= streams.close(graceMs);
      return closing;
    },
    count: () => streams.count,
  };
}
