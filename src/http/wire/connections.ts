import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type AddressRange, isWithinAny, parseAddress } from "../../core/address.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Problem } from "../../core/problems/problem.ts";
import { rawAnswer } from "../problem/document.ts";
import { Connection } from "./connection.ts";
import type { HeldBytes } from "./heldBytes.ts";
import { LateEnds } from "./lateEnds.ts";
import { PerAddress } from "./perAddress.ts";
import { endWith } from "./socketEnd.ts";
import { Turns } from "./turns.ts";

export interface ConnectionBounds {
  /** Connections that are served. */
  readonly maxConnections: number;
  /** Refused ones beside them that may wait for their end. */
  readonly maxLateEnds: number;
  /** Connections of one address; those of trusted proxies are not counted. */
  readonly perAddressConnections: number;
  readonly proxies: readonly AddressRange[];
  /** An answer that is not read at all for this long ends its connection. */
  readonly stalledMs: number;
}

export interface ConnectionModules {
  readonly held: HeldBytes;
  readonly metrics: Metrics;
  readonly onProblem: (problem: Problem) => void;
}

/** A connection without traffic in either direction, or whose client reads nothing of its answer, is cut after this. */
export const defaultStalledMs = 60_000;

/** Refused connections whose client is told why; others end without a word. */
const maxRefused = 64;

/** Looks in the time after which an answer counts as not read. */
const looksPerStall = 20;

/** All connections of an HTTP server: how many an address may have, and what each may hold. */
export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #modules: ConnectionModules;
  readonly #open = new Map<Socket, Connection>();
  readonly #turns = new Turns();
  readonly #perAddress: PerAddress;
  readonly #refused = new Set<Socket>();
  readonly #lateEnds: LateEnds;
  readonly #counters;

  constructor(bounds: ConnectionBounds, modules: ConnectionModules) {
    this.#bounds = bounds;
    this.#modules = modules;
    this.#perAddress = new PerAddress(bounds.perAddressConnections);
    this.#lateEnds = new LateEnds(bounds.maxLateEnds);
    const { metrics } = modules;
    this.#counters = {
      dropped: metrics.counter("assay_http_connections_dropped_total", "Connections refused at the bound"),
      refused: metrics.counter(
        "assay_http_address_connections_refused_total",
        "Connections refused at the bound per address",
      ),
      stalled: metrics.counter(
        "assay_http_connections_stalled_total",
        "Connections cut because their client did not read its answer",
      ),
    };
  }

  /** Stands before the server's own handling of new connections. */
  attach(server: Server): void {
    const [serve] = server.listeners("connection");
    if (serve === undefined) throw new Error("the HTTP server does not listen to its connections");
    server.removeAllListeners("connection");
    server.maxConnections = this.#bounds.maxConnections + this.#bounds.maxLateEnds;
    server.on("drop", () => this.#counters.dropped.add());
    server.on("connection", (socket: Socket) => {
      if (this.#admit(socket))
        this.#open.set(
          socket,
          this.#serve(socket, () => serve.call(server, socket)),
        );
    });
    server.prependListener("connect", (_request, stream) => this.release(stream as Socket));
    const timer = setInterval(() => this.#look(), this.#bounds.stalledMs / looksPerStall);
    timer.unref();
    server.once("close", () => clearInterval(timer));
  }

  /** A request has begun. */
  enter(request: IncomingMessage, response: ServerResponse): void {
    this.#open.get(request.socket)?.enter(request, response);
  }

  /** Gives a connection away that is no longer HTTP; what was read of it after the head is read again. */
  release(socket: Socket): void {
    const rest = this.#open.get(socket)?.release();
    if (rest !== undefined && rest.length > 0) socket.unshift(rest);
  }

  /** Ends those that were refused. */
  endRefused(): void {
    this.#lateEnds.close();
  }

  #serve(socket: Socket, serve: () => void): Connection {
    serve();
    const connection = new Connection(socket, this.#modules.held, this.#turns);
    socket.once("close", () => {
      this.#open.delete(socket);
      connection.closed();
    });
    return connection;
  }

  #admit(socket: Socket): boolean {
    const { remoteAddress = "" } = socket;
    const { proxies, maxConnections } = this.#bounds;
    if (this.#open.size >= maxConnections) {
      this.#counters.dropped.add();
      socket.destroy();
      return false;
    }
    const address = proxies.length === 0 ? null : parseAddress(remoteAddress);
    if (address !== null && isWithinAny(address, proxies)) return true;
    const leave = this.#perAddress.enter(remoteAddress);
    if (leave === null) this.#refuse(socket);
    else socket.once("close", leave);
    return leave !== null;
  }

  #refuse(socket: Socket): void {
    this.#counters.refused.add();
    socket.on("error", () => socket.destroy());
    if (this.#refused.size >= maxRefused) {
      this.#lateEnds.add(socket);
      return;
    }
    this.#refused.add(socket);
    socket.once("close", () => this.#refused.delete(socket));
    // Discarded, so that the client can read the refusal after it has sent its request.
    socket.resume();
    const problem: Problem = {
      code: "too_many_connections",
      limit: this.#perAddress.limit,
      retry_after_s: 1,
    };
    this.#modules.onProblem(problem);
    endWith(socket, rawAnswer(problem), false);
  }

  #look(): void {
    for (const connection of this.#open.values()) {
      if (connection.unreadLooks() < looksPerStall) continue;
      this.#counters.stalled.add();
      connection.cut();
    }
    this.#modules.held.publish();
  }
}
