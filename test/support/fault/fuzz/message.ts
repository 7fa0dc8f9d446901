import type { Chance } from "./chance.ts";

export type Header = readonly [name: string, value: string];

/** A request before it is bytes; texts are sent as latin1. */
export interface Message {
  method: string;
  target: string;
  version: string;
  headers: Header[];
  body: Buffer;
  framing: "length" | "chunked" | "none";
}

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

function chunked(body: Buffer, chance: Chance): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const piece = body.subarray(at, at + 1 + chance.below(body.length));
    const extension = chance.one(0.1) ? ";a=b" : "";
    parts.push(latin1(`${piece.length.toString(16)}${extension}\r\n`), piece, latin1("\r\n"));
    at += piece.length;
  }
  const trailer = chance.one(0.1) ? "X-Trailer: 1\r\n" : "";
  return Buffer.concat([...parts, latin1(`0\r\n${trailer}\r\n`)]);
}

/** The headers that say how long the body is. */
function framingOf({ framing, body }: Message): Header[] {
  if (framing === "chunked") return [["Transfer-Encoding", "chunked"]];
  return framing === "length" ? [["Content-Length", String(body.length)]] : [];
}

/** The bytes of a request. */
export function rendered(message: Message, chance: Chance): Buffer {
  const { method, target, version, headers, body, framing } = message;
  const lines = [...headers, ...framingOf(message)].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = latin1(`${method} ${target} ${version}\r\n${lines.join("")}\r\n`);
  return Buffer.concat([head, framing === "chunked" ? chunked(body, chance) : body]);
}

export function withHeader(message: Message, name: string, value: string): void {
  message.headers = [...message.headers.filter(([other]) => other !== name), [name, value]];
}
