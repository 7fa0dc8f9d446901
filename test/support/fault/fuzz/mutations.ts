import { compress } from "./bodies.ts";
import type { Chance } from "./chance.ts";
import { type Message, rendered, withHeader } from "./message.ts";
import { signatureHeaders } from "./signer.ts";

/** A change of a request that leaves no doubt about where it ends: exactly one answer is due. */
export interface Mutation {
  readonly name: string;
  /** Whether the operation that it is for is still the same. */
  readonly keepsRoute: boolean;
  readonly apply: (message: Message, chance: Chance) => void;
}

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "SEARCH"];

const segments = ["..", ".", "%2e%2e", "%2f", "%00", "%ff", "%", "%zz", "a".repeat(513), "\u00e9", ";", "~"];
const queries = ["?", "??", "?&&&", "?=", "?a", "?limit=-1", "?limit=1e3", "?limit=99999999999999999999"];
const parameters = ["tier=0x1", "offset=%F0%28", "limit[]=1", "__proto__=1", "limit=1&limit=2", "%=%"];

function spoilTarget(message: Message, chance: Chance): void {
  const { target } = message;
  const [path = "/", query] = target.split("?", 2);
  const parts = path.split("/");
  const changes: readonly (() => string)[] = [
    () => parts.with(chance.below(parts.length), chance.of(segments)).join("/"),
    () => `${path}/`,
    () => `/${path}`,
    () => path.toUpperCase(),
    () => `${path}${chance.of(queries)}`,
    () => `${path}?${query ?? ""}&${chance.of(parameters)}`,
    () => `${path}?${"k=v&".repeat(chance.below(2000))}`,
    () => `http://elsewhere.example${path}`,
    () => `http://u:p@[::1${path}`,
    () => path.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
    () => "*",
    () => `/${chance.bytes(chance.length(100)).toString("base64url")}`,
  ];
  const next = chance.of(changes)();
  message.target = next.startsWith("/") || next.startsWith("http") || next === "*" ? next : `/${next}`;
}

const oddValues = [
  "",
  " ",
  "0",
  "-1",
  "null",
  "2, 2",
  "\u00ff\u00fe",
  "\t",
  "()",
  '"',
  "a".repeat(4000),
  "%00",
];
const otherHeaders: readonly (readonly [string, readonly string[]])[] = [
  ["X-Forwarded-For", ["9.9.9.9", "a, b, c", "::1", "unknown", ",".repeat(2000), "127.0.0.1:99999"]],
  ["Forwarded", ["for=9.9.9.9", "for=unknown;by=x"]],
  ["If-None-Match", ["*", '"', 'W/"a", "b"', "a".repeat(5000)]],
  ["Origin", ["null", "https://elsewhere.example", "file://"]],
  ["Access-Control-Request-Method", ["POST", "\u00e9"]],
  ["Range", ["bytes=0-1", "bytes=-1", "x"]],
  ["Accept-Encoding", ["gzip;q=0", "*", "br"]],
  ["Accept", ["text/html", "*/*;q=abc"]],
  ["Connection", ["keep-alive, x", "close", "upgrade"]],
  ["Upgrade", ["websocket", "h2c", "TLS/1.0", "a,b,websocket"]],
  ["Expect", ["100-continue", "200-ok"]],
  ["Cookie", ["a=b", "=", "a".repeat(3000)]],
  ["Authorization", ["Bearer", "Bearer  ", "Basic eDp5", "Bearer \u00e9", `Bearer ${"x".repeat(3000)}`]],
  ["Content-Type", ["text/plain", "application/json;charset=utf-16", "application/json; a=b", "a/b/c", "*"]],
  ["Sec-WebSocket-Key", ["x", "AAAAAAAAAAAAAAAAAAAAAA=="]],
  ["Sec-WebSocket-Version", ["13", "8", "-1"]],
  ["Trailer", ["X-Trailer"]],
  ["Max-Forwards", ["0"]],
  ["constructor", ["1"]],
  ["__proto__", ["1"]],
];

export const mutations: readonly Mutation[] = [
  {
    name: "another method",
    keepsRoute: false,
    apply: (message, chance) => {
      message.method = chance.of(methods);
    },
  },
  { name: "another target", keepsRoute: false, apply: spoilTarget },
  {
    name: "a signature's header spoilt",
    keepsRoute: true,
    apply: (message, chance) => {
      const name = chance.of(signatureHeaders);
      const how = chance.below(3);
      if (how === 0) message.headers = message.headers.filter(([other]) => other !== name);
      else if (how === 1) message.headers.push([name, chance.of(oddValues)]);
      else withHeader(message, name, chance.of(oddValues));
    },
  },
  {
    name: "one digit of a header changed",
    keepsRoute: true,
    apply: (message, chance) => {
      const [name, value] = chance.of(message.headers);
      const at = chance.below(value.length + 1);
      if (name.startsWith("Epistula") || name.startsWith("Assay"))
        withHeader(message, name, `${value.slice(0, at)}${chance.below(10)}${value.slice(at + 1)}`);
    },
  },
  {
    name: "other headers",
    keepsRoute: true,
    apply: (message, chance) => {
      const [name, values] = chance.of(otherHeaders);
      withHeader(message, name, chance.of(values));
    },
  },
  {
    name: "many headers",
    keepsRoute: true,
    apply: (message, chance) => {
      const count = chance.of([100, 127, 128, 129, 500, 1500]);
      for (let n = 0; n < count; n++) message.headers.push([`x${n.toString(36)}`, ""]);
    },
  },
  {
    name: "the body replaced after it was signed",
    keepsRoute: true,
    apply: (message, chance) => {
      if (message.body.length > 0) message.body = Buffer.concat([message.body, Buffer.from(" ")]);
      else if (chance.one(0.5)) message.headers.push(["X-Body", "none"]);
    },
  },
  { name: "a compressed body", keepsRoute: true, apply: compress },
  {
    name: "chunks",
    keepsRoute: true,
    apply: (message) => {
      if (message.framing === "length") message.framing = "chunked";
    },
  },
];

/** Bytes of which nobody can say where the request ends, made of a request that is whole. */
export const breakages: readonly ((message: Message, chance: Chance) => Buffer)[] = [
  (message, chance) => {
    const bytes = rendered(message, chance);
    for (let n = 0; n <= chance.below(3); n++) bytes[chance.below(bytes.length)] = chance.below(256);
    return bytes;
  },
  (message, chance) => {
    const bytes = rendered(message, chance);
    return bytes.subarray(0, chance.below(bytes.length + 1));
  },
  (message, chance) => {
    const bytes = rendered(message, chance);
    const at = chance.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), chance.bytes(1 + chance.below(8)), bytes.subarray(at)]);
  },
  (message, chance) => {
    message.version = chance.of([
      "HTTP/1.0",
      "HTTP/0.9",
      "HTTP/2.0",
      "HTTP/1.1 ",
      "http/1.1",
      "HTTP/9.9",
      "",
    ]);
    return rendered(message, chance);
  },
  (message, chance) => {
    message.method = chance.of([
      "get",
      "CONNECT",
      "PRI",
      "",
      "G E T",
      "\u0000",
      "GETGETGETGETGETGET",
      "M-SEARCH",
    ]);
    return rendered(message, chance);
  },
  (message, chance) => {
    const lengths = ["-1", "0x10", "1e3", "abc", "99999999999999999999", "1, 2", "+5", " 5 ", "", "0", "7"];
    message.headers.push(["Content-Length", chance.of(lengths)]);
    return rendered(message, chance);
  },
  (message, chance) => {
    const codings = [
      "chunked",
      "gzip, chunked",
      "chunked, chunked",
      "identity",
      "xchunked",
      "chunked;a=b",
      "",
    ];
    message.headers.push(["Transfer-Encoding", chance.of(codings)]);
    return rendered(message, chance);
  },
  (message, chance) => {
    const hosts = ["", "a b", "[::1", "a/b", "x:y", "\u00e9", "a".repeat(300), "a,b"];
    message.headers.push(["Host", chance.of(hosts)]);
    return rendered(message, chance);
  },
  (message, chance) => {
    const names = [
      "X Y",
      "X\u0000",
      "",
      " X",
      "X ",
      "X\r\n\r\nGET / HTTP/1.1\r\nA",
      "\u00e9",
      "X\nY",
      "X\rY",
    ];
    message.headers.push([chance.of(names), chance.of(["", "1", "a\r\n b", "\u0000", "\n", "\r"])]);
    return rendered(message, chance);
  },
  (message, chance) => {
    message.headers.push(["X-Long", "x".repeat(chance.of([15_000, 16_384, 20_000, 200_000]))]);
    return rendered(message, chance);
  },
  (message, chance) => {
    message.target = chance.of([
      "",
      "a",
      "http://",
      "//",
      "/ /",
      "/\u0000",
      "/\t",
      `/${"a".repeat(20_000)}`,
      "#",
    ]);
    return rendered(message, chance);
  },
  (message, chance) => {
    const chunk = chance.of([
      "zz\r\n",
      "-1\r\n",
      "ffffffffffffffff\r\n",
      "5\r\nabc\r\n",
      "5;\r\nabcde",
      "\r\n0\r\n",
    ]);
    const head = rendered({ ...message, framing: "none", body: Buffer.alloc(0) }, chance).toString("latin1");
    return Buffer.from(`${head.slice(0, -2)}Transfer-Encoding: chunked\r\n\r\n${chunk}`, "latin1");
  },
];

/** Bytes that were never a request. */
export const noise: readonly ((chance: Chance) => Buffer)[] = [
  (chance) => chance.bytes(1 + chance.length(2000)),
  () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  () => Buffer.from("160301020001000001fc0303", "hex"),
  (chance) => Buffer.from("\r\n".repeat(1 + chance.below(5000))),
  (chance) => Buffer.from(chance.of(["GET", "GET ", "GET /", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost"])),
  () => Buffer.from("SSH-2.0-OpenSSH_9.6\r\n"),
  () => Buffer.from("*1\r\n$4\r\nPING\r\n"),
];
