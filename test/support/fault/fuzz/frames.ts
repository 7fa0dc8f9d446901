import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import type { Chance } from "./chance.ts";
import { type Known, oddValue } from "./values.ts";

/** What the reader of frames knows, read from its source: a new type or member is fuzzed from the day it is there. */
const source = readFileSync(new URL("../../../../src/http/stream/frame.ts", import.meta.url), "utf8");
export const frameTypes = [...source.matchAll(/case "(\w+)":/g)].map(([, type = ""]) => type);
export const frameMembers = [
  ...new Set(
    [...source.matchAll(/\{([^{}]+)\}(?: = fields|: Fields\))/g)].flatMap(([, names = ""]) =>
      names.split(",").map((name) => name.split(/[:=]/)[0]?.trim() ?? ""),
    ),
  ),
];

const [TEXT, BINARY, CLOSE, PING, PONG] = [1, 2, 8, 9, 10];
const FINAL = 0x80;

/** A WebSocket frame as a client sends it, or as it must not: `first` is the byte with flags and opcode. */
export function webSocketFrame(first: number, payload: Buffer, mask: Buffer | null): Buffer {
  const flag = mask === null ? 0 : 0x80;
  const length =
    payload.length < 126
      ? Buffer.from([first, flag | payload.length])
      : Buffer.from([first, flag | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  if (payload.length >= 126) length.writeUInt32BE(payload.length, 6);
  if (mask === null) return Buffer.concat([length, payload]);
  const masked = Buffer.from(payload);
  for (let at = 0; at < masked.length; at++) masked[at] = (masked[at] ?? 0) ^ (mask[at % 4] ?? 0);
  return Buffer.concat([length, mask, masked]);
}

export const textFrame = (text: string | Buffer, chance: Chance): Buffer =>
  webSocketFrame(FINAL | TEXT, Buffer.from(text), chance.bytes(4));

export const hello = (capacity: number): string =>
  JSON.stringify({ type: "hello", id: "hello", lanes: ["groth16"], capacity });

const sound: Readonly<Record<string, (chance: Chance) => unknown>> = {
  lanes: () => ["groth16"],
  kinds: () => ["square"],
  capacity: (chance) => 1 + chance.below(9),
  code: (chance) => chance.of(["busy", "unknown_kind", "a.b:c-d"]),
  answer: (chance) => ({ proof: chance.below(9), publicSignals: ["1"] }),
};

/** An object with some members of the grammar, some of them wrong. */
function frameObject(known: Known, chance: Chance): Record<string, unknown> {
  const member = (name: string): unknown => {
    if (chance.one(0.25)) return oddValue(chance);
    const seen = known.of(name, chance);
    return seen ?? sound[name]?.(chance) ?? `jb_${chance.bytes(16).toString("hex")}`;
  };
  const names = frameMembers.filter(() => chance.one(0.7));
  const type = chance.one(0.9) ? chance.of(frameTypes) : oddValue(chance);
  return { type, ...Object.fromEntries(names.map((name) => [name, member(name)])) };
}

const textFaults: readonly ((text: string, chance: Chance) => Buffer)[] = [
  (text, chance) => Buffer.from(text.slice(0, chance.below(text.length + 1))),
  (text) => Buffer.from(`[${text}]`),
  (text, chance) => Buffer.from(text.replace(/.$/, `,"a":${"[".repeat(chance.below(4000))}`)),
  (text, chance) => Buffer.concat([Buffer.from(text), chance.bytes(3)]),
  (text) => Buffer.from(text.replace("{", '{"type":"ping",')),
  (_, chance) => Buffer.from(`{"type":"answer","id":"${"x".repeat(chance.below(200_000))}"}`),
  () => Buffer.from(""),
];

function binaryPayload(header: string, chance: Chance): Buffer {
  const length = Buffer.alloc(4);
  const bytes = Buffer.from(header);
  length.writeUInt32BE(chance.one(0.8) ? bytes.length : chance.of([0, 1, 1024, 1025, 2 ** 31, 2 ** 32 - 1]));
  const answer = chance.one(0.5) ? Buffer.from('{"a":1}') : chance.bytes(chance.length(3000));
  const whole = Buffer.concat([length, bytes, answer]);
  return chance.one(0.8) ? whole : whole.subarray(0, chance.below(whole.length + 1));
}

/** Frames that break the protocol of WebSockets itself. */
const breakages: readonly ((payload: Buffer, chance: Chance) => Buffer)[] = [
  (payload) => webSocketFrame(FINAL | TEXT, payload, null),
  (payload, chance) => webSocketFrame(FINAL | chance.of([3, 7, 11, 15]), payload, chance.bytes(4)),
  (payload, chance) => webSocketFrame(FINAL | chance.of([0x40, 0x20, 0x10]) | TEXT, payload, chance.bytes(4)),
  (payload, chance) => webSocketFrame(FINAL | 0x40 | TEXT, deflateRawSync(payload), chance.bytes(4)),
  (payload, chance) => webSocketFrame(FINAL, payload, chance.bytes(4)),
  (_, chance) => webSocketFrame(FINAL | PING, Buffer.alloc(126), chance.bytes(4)),
  (_, chance) => webSocketFrame(PING, Buffer.alloc(3), chance.bytes(4)),
  (_, chance) => webSocketFrame(FINAL | CLOSE, chance.bytes(chance.below(9)), chance.bytes(4)),
  (_, chance) => Buffer.concat([Buffer.from([FINAL | TEXT, 0xff]), chance.bytes(8 + chance.below(50))]),
  (_, chance) => textFrame(Buffer.alloc(1_048_577, 0x20), chance),
  (_, chance) => chance.bytes(1 + chance.below(300)),
];

export interface FrameCase {
  readonly bytes: Buffer;
  /** Whether the stream may go on after it. */
  readonly isSound: boolean;
}

/** One frame, or one message in several. */
export function frameCase(known: Known, chance: Chance): FrameCase {
  const text = JSON.stringify(frameObject(known, chance));
  const payload = chance.one(0.75) ? Buffer.from(text) : chance.of(textFaults)(text, chance);
  const mask = () => chance.bytes(4);
  const makers: readonly (() => Buffer)[] = [
    () => textFrame(payload, chance),
    () => textFrame(payload, chance),
    () => textFrame(payload, chance),
    () => webSocketFrame(FINAL | BINARY, binaryPayload(text, chance), mask()),
    () => webSocketFrame(FINAL | PONG, chance.bytes(chance.below(126)), mask()),
    () => {
      const at = chance.below(payload.length + 1);
      const [first, rest] = [payload.subarray(0, at), payload.subarray(at)];
      return Buffer.concat([webSocketFrame(TEXT, first, mask()), webSocketFrame(FINAL, rest, mask())]);
    },
  ];
  if (chance.one(0.01)) return { bytes: chance.of(breakages)(payload, chance), isSound: false };
  return { bytes: chance.of(makers)(), isSound: true };
}
