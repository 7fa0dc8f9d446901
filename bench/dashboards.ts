import { connect, type Socket } from "node:net";

/** Open dashboards as the server has them: each a stream of events, and once a minute the history. */
export interface Dashboards {
  readonly host: string;
  readonly port: number;
  readonly count: number;
}

const HISTORY_MS = 60_000;
/** Loopback has 2^24 addresses; an address may have 64 connections. */
const addressOf = (index: number): string => `127.0.2.${1 + (index % 250)}`;

function open(
  { host, port }: Dashboards,
  index: number,
  path: string,
  onData: (chunk: Buffer) => void,
): Socket {
  const socket = connect({ host, port, localAddress: addressOf(index) });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nAccept-Encoding: br\r\n\r\n`);
  socket.on("data", onData);
  socket.on("error", () => socket.destroy());
  return socket;
}

/** In a process of its own: opens what it is sent, and sends back how many streams have told something. */
process.once("message", (message) => {
  const dashboards = message as Dashboards;
  const told = new Set<number>();
  for (let index = 0; index < dashboards.count; index++) {
    open(dashboards, index, "/v1/events", () => {
      if (told.size < told.add(index).size || told.size === dashboards.count) process.send?.(told.size);
    });
    const askHistory = () => {
      const socket = open(dashboards, index, "/v1/history?step=minute", () => undefined);
      setTimeout(() => socket.destroy(), HISTORY_MS / 10);
      setTimeout(askHistory, HISTORY_MS);
    };
    setTimeout(askHistory, (index / dashboards.count) * HISTORY_MS);
  }
});
process.once("disconnect", () => process.exit(0));
