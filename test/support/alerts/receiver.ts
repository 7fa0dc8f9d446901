import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** A request as it arrived. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Stands for a receiver of alerts. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers from now on. */
  answer(status: number, body?: string): void;
  /** Bodies of a path, parsed. */
  bodies<T>(path: string): T[];
}

/** A receiver that answers 200 to everything; closed with the test. */
export async function startReceiver(t: TestContext): Promise<Receiver> {
  const received: Received[] = [];
  let [status, said] = [200, "ok"];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      received.push({ method, path, headers, body });
      response.writeHead(status).end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (next, body = "") => {
      [status, said] = [next, body];
    },
    bodies: <T>(path: string) =>
      received.filter((one) => one.path === path).map(({ body }) => JSON.parse(body) as T),
  };
}
