import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface PrefixProxy {
  /** With the prefix and a slash. */
  readonly url: string;
  /** Requests outside of the prefix, which reach nobody. */
  readonly strays: readonly string[];
  close(): void;
}

/** A proxy that serves a validator below a path, as `location /assay/ { proxy_pass http://validator/; }` does. */
export async function prefixProxy(validator: string, prefix = "/assay"): Promise<PrefixProxy> {
  const { hostname, port } = new URL(validator);
  const strays: string[] = [];
  const server = createServer((asked, answer) => {
    const { url = "", method = "GET", headers } = asked;
    if (!url.startsWith(`${prefix}/`)) {
      strays.push(url);
      answer.writeHead(404).end();
      return;
    }
    const onward = request({ hostname, port, method, headers, path: url.slice(prefix.length) }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}/`,
    strays,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
