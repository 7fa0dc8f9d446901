import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import type { Chance } from "./chance.ts";
import { type Message, withHeader } from "./message.ts";
import { oddValue } from "./values.ts";

/** The bound of the validator that is fuzzed. */
export const bodyLimit = 65_536;

type Json = Record<string, unknown>;

/** Another value in the place of a body that its schema allows. */
export function spoiltValue(body: Json, chance: Chance): unknown {
  const names = Object.keys(body);
  const kind = chance.below(6);
  if (kind === 0 || names.length === 0) return oddValue(chance);
  const name = chance.of(names);
  if (kind === 1) return Object.fromEntries(Object.entries(body).filter(([other]) => other !== name));
  if (kind === 2)
    return { ...body, [chance.of(["extra", "toString", "", "Challenge_Id"])]: oddValue(chance) };
  if (kind === 3) return [body];
  if (kind === 4) return { ...body, [name]: { [name]: body[name] } };
  return { ...body, [name]: oddValue(chance) };
}

const nested = (levels: number): string => `${'{"a":['.repeat(levels)}1${"]}".repeat(levels)}`;
const members = (count: number): string =>
  `{${Array.from({ length: count }, (_, n) => `"k${n}":0`).join(",")}}`;

/** Texts that are no JSON, or are JSON that readers disagree about, made of a text that is. */
const texts: readonly ((text: string, chance: Chance) => string)[] = [
  (text) => `${text}${text}`,
  (text) => `\ufeff${text}`,
  (text, chance) => text.slice(0, chance.below(text.length + 1)),
  (text) => text.replace("{", "{,"),
  (text) => text.replace(/\}$/, ",}"),
  (text) => text.replace(/^\{("(?:[^"\\]|\\.)*":)/, "{$1null,$1"),
  (text) => text.replace(/^\{/, '{"__proto__":{"a":1},'),
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace(/:[^,}]*/, () => ":NaN"),
  (text) => text.replace(/:[^,}]*/, () => ":1e999"),
  (text) => text.replace(/:[^,}]*/, () => ':"\\ud800"'),
  (text) => text.replace(/:[^,}]*/, () => ":01"),
  (text, chance) => `${" \n\t".repeat(chance.below(8000))}${text}`,
  (text) => `/* ${text} */`,
  (_, chance) => nested(1 + chance.below(5000)),
  (_, chance) => "[".repeat(1 + chance.below(60_000)),
  (_, chance) => members(chance.of([31, 32, 33, 1024, 1025, 5000])),
  (_, chance) => `{"a":"${"\\".repeat(chance.below(20_000))}`,
  () => "",
  () => "null",
];

export function spoiltText(text: string, chance: Chance): Buffer {
  if (chance.one(0.85)) return Buffer.from(chance.of(texts)(text, chance));
  const bytes = Buffer.from(text);
  for (let n = 0; n <= chance.below(4); n++) bytes[chance.below(bytes.length)] = chance.below(256);
  return bytes;
}

/** A body at the bound, one past it, and far past it. */
export function longBody(chance: Chance): Buffer {
  const size = bodyLimit + chance.of([-1, 0, 1, 1000, bodyLimit]);
  return Buffer.from(`{"solution":"${"x".repeat(size - 15)}"}`);
}

/** Megabytes of one byte, in a few kilobytes. */
export function bombsOf(megabytes: number): Readonly<Record<"gzip" | "br" | "deflate", Buffer>> {
  const bomb = Buffer.alloc(megabytes * 1_000_000, "[");
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
  return { gzip: gzipSync(bomb), br: brotliCompressSync(bomb, quick), deflate: deflateSync(bomb) };
}

const bombs = Object.entries(bombsOf(10));

/** Compresses the body, or puts a bomb in its place; at times the header and the body disagree. */
export function compress(message: Message, chance: Chance): void {
  const [coding, bytes] = chance.of(bombs);
  const named = chance.one(0.2) ? chance.of(["GZIP", "gzip, br", "identity", "x-gzip", "zstd", ""]) : coding;
  withHeader(message, "Content-Encoding", named);
  if (chance.one(0.3)) return;
  message.body = chance.one(0.5) ? bytes : gzipSync(message.body);
  if (message.framing === "none") message.framing = "length";
}
