import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What becomes of connections and of what is sent over them. */
export type ProxyMode = "pass" | "refuse" | "silent";

/** Stands between clients and a server, and can be turned to another one: an address that stays. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mode: ProxyMode = "pass";
  #resume: (() => void)[] = [];
  /** Where new connections lead, on this machine. */
  target: number;
  /** By how much everything is late, either way. */
  delayMs = 0;

  private constructor(target: number) {
    this.target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async to(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return address.port;
  }

  /** The URL of the same database by way of the proxy. */
  urlOf(url: string): string {
    const through = new URL(url);
    through.port = String(this.port);
    return through.href;
  }

  /** `refuse`: connections end, and new ones at once. `silent`: nothing is sent on until it passes again. */
  set mode(mode: ProxyMode) {
    this.#mode = mode;
    if (mode === "refuse") this.cut();
    for (const resume of this.#resume.splice(0)) resume();
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.mode = "refuse";
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    if (this.#mode === "refuse") {
      client.destroy();
      return;
    }
    const server = connect(this.target, "127.0.0.1");
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay();
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      this.#forward(from, to);
    }
  }

  /** In order: what is late is waited for. */
  #forward(from: Socket, to: Socket): void {
    let before: Promise<void> = Promise.resolve();
    from.on("data", (chunk: Buffer) => {
      const due = this.delayMs > 0 ? sleep(this.delayMs) : null;
      before = before.then(async () => {
        await due;
        while (this.#mode === "silent") await new Promise<void>((resume) => this.#resume.push(resume));
        if (!to.destroyed) to.write(chunk);
      });
    });
  }
}
