import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { Chain } from "../node/chain.ts";
import type { SignedExtrinsic } from "../runtime/extrinsic.ts";
import { Connection } from "./connection.ts";
import { type Faults, noFaults } from "./faults.ts";
import { View } from "./view.ts";

const MAX_MESSAGE = 16_000_000;

/** One address of the double: a WebSocket server with its own view of the chain and its own faults. */
export class Endpoint {
  readonly faults: Faults = noFaults();
  readonly view: View;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<Connection>();
  #unsubscribe: () => void;
  #accepted = 0;
  /** What obeys commands that come over a socket. */
  control: (command: unknown) => Promise<unknown> = () =>
    Promise.reject(new Error("nothing obeys commands here"));

  private constructor(chain: Chain, http: Server) {
    this.view = new View(chain, this.faults);
    this.#http = http;
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE });
    this.#unsubscribe = this.#follow(chain);
    http.on("upgrade", (request, socket, head) => {
      if (this.faults.refuseConnections) return void socket.destroy();
      this.#sockets.handleUpgrade(request, socket, head, (accepted) => {
        const connection = new Connection(accepted, this.view, this.faults, (command) =>
          this.control(command),
        );
        this.#accepted++;
        this.#connections.add(connection);
        accepted.on("close", () => this.#connections.delete(connection));
        accepted.on("error", () => undefined);
        if (this.faults.halfOpen) connection.pause(true);
      });
    });
  }

  static async open(chain: Chain, port: number): Promise<Endpoint> {
    const http = createServer((_, response) => response.writeHead(405).end());
    const endpoint = new Endpoint(chain, http);
    http.listen(port, "127.0.0.1");
    await once(http, "listening");
    return endpoint;
  }

  get url(): string {
    const { port } = this.#http.address() as AddressInfo;
    return `ws://127.0.0.1:${port}`;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Sockets taken since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  set(faults: Partial<Faults>): void {
    Object.assign(this.faults, faults);
    if (faults.halfOpen !== undefined)
      for (const connection of this.#connections) connection.pause(faults.halfOpen);
    if (this.faults.refuseConnections) this.closeSockets();
    this.#refresh();
  }

  /** Goes on with another chain, as an address behind which another node stands now; its sockets close. */
  serve(chain: Chain): void {
    this.#unsubscribe();
    this.view.chain = chain;
    this.#unsubscribe = this.#follow(chain);
    this.closeSockets();
  }

  stopFollows(): void {
    for (const connection of this.#connections) connection.stopFollows();
  }

  closeSockets(): void {
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.closeSockets();
    this.#sockets.close();
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, "close");
  }

  #follow(chain: Chain): () => void {
    return chain.onChange((included) => this.#changed(included));
  }

  #changed(included: readonly SignedExtrinsic[]): void {
    if (this.faults.closeAfterInclusion && included.length > 0) {
      this.faults.closeAfterInclusion = false;
      this.view.refresh();
      this.closeSockets();
    } else this.#refresh();
  }

  #refresh(): void {
    this.view.refresh();
    for (const connection of this.#connections) connection.sync();
  }
}
