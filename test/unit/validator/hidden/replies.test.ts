import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { makeSealed } from "../../../../src/challenge/sealed.ts";
import { parseFraction } from "../../../../src/core/fraction.ts";
import { sha256Hex } from "../../../../src/core/hash.ts";
import type { Status } from "../../../../src/http/handlers.ts";
import { generate } from "../../../../src/lanes/sat/generate.ts";
import { encodeBitset } from "../../../../src/lanes/sat/solution.ts";
import { drawX, isSampled, sampleKey } from "../../../../src/sample/draw.ts";
import { epistulaHeaders, type Signing, signingOf } from "../../../support/epistula/signing.ts";
import { metricIn } from "../../../support/observe/scrape.ts";
import { largestDistance, refutesSame } from "../../../support/validator/hidden/distance.ts";
import { type Sent, shapeOf } from "../../../support/validator/hidden/shape.ts";
import { dataDirWith, removeDir, startValidator, testSecret } from "../../../support/validator/validator.ts";

// A real validator with its store and its workers, over the network: what a miner can measure of single replies.

const SUBMISSIONS = 1600;
const CONNECTIONS = 8;
const shape = { vars: 60, clauses: 240, method: "biased" } as const;
const config = {
  lanes: {
    sat: {
      rate: "1/2",
      penalty: "strike",
      max_attempts: 1,
      tiers: { 1: { ...shape, weight: 1, allotment: 1000 } },
    },
  },
  sample: { classes: { customer: "1", cold_start: "1/2", struck: "1/2" } },
  judge: { strikes: 1000 },
  admit: {
    per_ip_per_min: 1_000_000,
    per_hotkey: { burst: 100_000, per_s: 100_000 },
    signature_window_ms: 300_000,
  },
};
const secret = Buffer.from(testSecret);
const miners: readonly Signing[] = Array.from({ length: 8 }, (_, n) => signingOf(`timed miner ${n}`));

interface Answer {
  readonly sampled: boolean;
  readonly request: Buffer;
}

/** Answers to as many challenges, half of them wrong. */
function answers({ validator, epoch }: Status, host: string): Answer[] {
  const scheme = makeSealed(secret);
  const key = sampleKey(secret, epoch);
  const rate = parseFraction("1/2") ?? assert.fail();
  return Array.from({ length: SUBMISSIONS }, (_, number) => {
    const miner = miners[number % miners.length] ?? assert.fail();
    const { challengeId, seed } = scheme.issue(miner.hotkey, epoch, 1, Math.floor(number / miners.length));
    const bits = Buffer.from(encodeBitset(generate({ seed, ...shape }).model));
    if (sha256Hex(challengeId) < "8") bits[0] = (bits[0] ?? 0) ^ 0xff;
    const body = Buffer.from(
      JSON.stringify({ challenge_id: challengeId, assignment_b64: bits.toString("base64") }),
    );
    const { hotkey, sign } = miner;
    const timestamp = String(Date.now());
    const signed = epistulaHeaders({ hotkey, sign, body, signedFor: validator, timestamp });
    const lines = Object.entries({ ...signed, "content-type": "application/json" });
    const head = [`POST /v1/submissions HTTP/1.1`, `host: ${host}`, `content-length: ${body.length}`];
    const text = [...head, ...lines.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
    const x = drawX(key, "sat", hotkey, challengeId);
    return {
      sampled: isSampled(x, rate),
      request: Buffer.concat([Buffer.from(`${text}\r\n\r\n`), body]),
    };
  });
}

/** Sends one request and waits for all of its answer. */
function ask(socket: Socket, request: Buffer): Promise<Sent> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [start = "", ...lines] = text.slice(0, end).split("\r\n");
      const headers = lines.map((line): [string, string] => {
        const at = line.indexOf(": ");
        return [line.slice(0, at), line.slice(at + 2)];
      });
      const body = text.slice(end + 4);
      const length = headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
      if (length === undefined || body.length < Number(length)) return;
      socket.off("data", onData);
      socket.off("error", reject);
      resolve({ status: Number(start.split(" ")[1]), headers, body });
    };
    socket.on("data", onData);
    socket.once("error", reject);
    socket.write(request);
  });
}

interface Reply {
  readonly sampled: boolean;
  readonly shape: string;
  readonly ms: number;
}

async function send(port: number, all: readonly Answer[]): Promise<Reply[]> {
  const left = all.values();
  const replies: Reply[] = [];
  const client = async (): Promise<void> => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    for (const { sampled, request } of left) {
      const startedAt = performance.now();
      const sent = await ask(socket, request);
      replies.push({ sampled, shape: shapeOf(sent), ms: performance.now() - startedAt });
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  return replies;
}

test("replies over the network tell nothing of the draw: not by a byte, not by their time", async (t) => {
  const dir = dataDirWith(config);
  t.after(() => removeDir(dir));
  const validator = await startValidator(dir, ["--log-level", "error"]);
  t.after(() => validator.stop());
  const { host, port } = new URL(validator.url);
  const status = (await (await fetch(`${validator.url}/v1/status`)).json()) as Status;
  const replies = await send(Number(port), answers(status, host));
  const [sampled, unsampled] = [true, false].map((which) => replies.filter((one) => one.sampled === which));
  assert.ok(sampled && unsampled);
  assert.ok(sampled.length > 500 && unsampled.length > 500, `${sampled.length} sampled`);

  const shapes = new Set(replies.map((one) => one.shape));
  assert.equal(shapes.size, 1, [...shapes].slice(0, 3).join("\n\n"));
  assert.match([...shapes].join(), /^202\n/);

  const times = (some: readonly Reply[]): number[] => some.map(({ ms }) => ms);
  const apart = largestDistance(times(sampled), times(unsampled));

  assert.ok(!refutesSame(apart, sampled.length, unsampled.length), `times are ${apart} apart`);

  const counted = metricIn(await validator.metrics(), "assay_draws_total", { sampled: "true" });
  assert.equal(counted, sampled.length, "the draws were as foreseen");
});
