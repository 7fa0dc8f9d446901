import assert from "node:assert/strict";
import { createSecretKey, type KeyObject } from "node:crypto";
import { describe, it } from "node:test";
import { makeSealed } from "../../../src/challenge/sealed.ts";
import { generatePrivateJwk, makeSigner } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { deriveKey, sha256 } from "../../../src/core/hash.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import type { SamplePolicy } from "../../../src/flow/draw.ts";
import { commitment } from "../../../src/sample/commitment.ts";
import { decide, sampleKey } from "../../../src/sample/draw.ts";
import { ratesOf } from "../../../src/sample/policy.ts";
import { Sampler, type SamplerModules } from "../../../src/sample/sampler.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { epochsInMemory } from "../../support/sample/predictability/epochs.ts";
import { informationIn } from "../../support/sample/predictability/odds.ts";

// Everything that a miner knows before it answers, held against what is then drawn.

const EPOCH = 500_000;
const MINERS = 40;
const JOBS_EACH = 500;
const master = sha256("master");
const otherMaster = sha256("another validator's master");
const policy: SamplePolicy = {
  lanes: { groth16: "20/500", sat: "0.04" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
};
const rates = ratesOf(policy);
const key = sampleKey(master, EPOCH);
/** The ids come from the same master secret as the draws. */
const scheme = makeSealed(master);

interface Job {
  /** In order of time, over all miners. */
  readonly number: number;
  readonly miner: number;
  readonly seq: number;
  readonly publicKey: Buffer;
  readonly hotkey: string;
  readonly workId: string;
  readonly token: Buffer;
  /** What the instance that the miner was given is made from. */
  readonly seed: bigint;
}

const jobs: readonly Job[] = Array.from({ length: MINERS * JOBS_EACH }, (_, number) => {
  const [miner, seq] = [number % MINERS, Math.floor(number / MINERS)];
  const publicKey = sha256(`miner ${miner}`);
  const hotkey = encodeHotkey(publicKey);
  const { challengeId, seed } = scheme.issue(hotkey, EPOCH, 1, seq);
  const token = Buffer.from(challengeId.slice(-24), "hex");
  return { number, miner, seq, publicKey, hotkey, workId: challengeId, token, seed };
});

function drawnBy(k: KeyObject, job: Pick<Job, "hotkey" | "workId">, lane = "groth16"): boolean {
  const { hotkey, workId } = job;
  return decide(k, rates, { epoch: EPOCH, lane, hotkey, workId, classes: [] }).sampled;
}

const drawn = jobs.map((job) => drawnBy(key, job));

/** What a miner makes of a job, and of the draws before it: any number. */
type Guess = (job: Job, before: readonly boolean[]) => number;

const bit = (bytes: Buffer, at: number): number => ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1;
const weight = (bytes: Buffer): number => {
  let sum = 0;
  for (const byte of bytes) for (let left = byte; left > 0; left &= left - 1) sum++;
  return sum;
};
const asKey = (bytes: Uint8Array): KeyObject => createSecretKey(Buffer.from(bytes));
const byKey =
  (k: KeyObject): Guess =>
  (job) =>
    Number(drawnBy(k, job));

const someone = encodeHotkey(sha256("someone"));
const another = sampleKey(otherMaster, EPOCH);
/** Public since the epoch before was closed. */
const revealed = sampleKey(master, EPOCH - 1);
const turned = revealed.export().map((byte) => byte ^ 0xff);

const attacks: Readonly<Record<string, Guess>> = {
  "its number": ({ number }) => number % 25,
  "its number among 64": ({ number }) => (number % 64) >> 1,
  "the time": ({ number }) => Math.floor(number / 1000),
  "its place in the allotment": ({ seq }) => seq % 25,
  "parity of its place": ({ seq }) => seq % 2,
  "the miner": ({ miner }) => miner,
  "Hamming weight of the id": ({ token }) => weight(token),
  "parity of the id": ({ token }) => weight(token) % 2,
  "first byte of the id": ({ token }) => (token[0] ?? 0) >> 3,
  "last byte of the id": ({ token }) => (token[11] ?? 0) >> 3,
  "the id modulo 25": ({ token }) => Number(token.readBigUInt64BE() % 25n),
  "Hamming weight of id and hotkey": ({ token, publicKey }) => weight(token) ^ weight(publicKey),
  "id and hotkey, added": ({ token, publicKey }) => ((token[0] ?? 0) + (publicKey[0] ?? 0)) % 32,
  "the instance": ({ seed }) => Number(seed % 32n),
  "the last draw": (_, before) => Number(before.at(-1) ?? false),
  "the last draw of the miner": (_, before) => Number(before.at(-MINERS) ?? false),
  "jobs since the last hit": (_, before) => Math.min(30, before.length - before.lastIndexOf(true)),
  "hits among the last 100": (_, before) => before.slice(-100).filter(Boolean).length,
  "the revealed key of the epoch before": byKey(revealed),
  "that key's draws of the same place": ({ hotkey, seq }) =>
    Number(drawnBy(revealed, { hotkey, workId: scheme.id(hotkey, EPOCH - 1, 1, seq) })),
  "its hash": byKey(asKey(sha256(revealed.export()))),
  "its complement": byKey(asKey(turned)),
  "the next key derived from it": byKey(deriveKey(revealed.export(), `assay/v1/sample/${EPOCH}`)),
  "the public commitment as a key": byKey(asKey(Buffer.from(commitment(key.export(), policy), "hex"))),
  "another validator's draw": byKey(another),
  "another lane's draw": (job) => Number(drawnBy(key, job, "sat")),
  "another miner's draw of the same id": ({ workId }) => Number(drawnBy(key, { hotkey: someone, workId })),
  "the same miner's draw of the next id": ({ hotkey, seq }) =>
    Number(drawnBy(key, { hotkey, workId: scheme.id(hotkey, EPOCH, 1, seq + 1) })),
};

function found(guess: Guess, outcomes: readonly boolean[]): boolean {
  const before: boolean[] = [];
  const guesses = jobs.map((job, number) => {
    const one = guess(job, before);
    before.push(outcomes[number] ?? false);
    return one;
  });
  const { chiSquare, bound } = informationIn(guesses, outcomes);
  return chiSquare > bound;
}

describe("what a miner knows tells nothing of the draw", () => {
  for (const [name, guess] of Object.entries(attacks)) {
    it(name, () => assert.equal(found(guess, drawn), false));
  }

  it("any bit of the id, and of the hotkey", () => {
    const telling = (bits: number, bytes: (job: Job) => Buffer): number[] => {
      const all = jobs.map(bytes);
      return Array.from({ length: bits }, (_, at) => at).filter((at) => {
        const { chiSquare, bound } = informationIn(
          Uint8Array.from(all, (one) => bit(one, at)),
          drawn,
        );
        return chiSquare > bound;
      });
    };
    assert.deepEqual(
      telling(96, ({ token }) => token),
      [],
    );
    assert.deepEqual(
      telling(256, ({ publicKey }) => publicKey),
      [],
    );
  });
});

describe("a sampler that can be seen through is found out", () => {
  /** Samplers that look random to the eye, each with the attack that is made for it. */
  const broken: readonly (readonly [keyof typeof attacks, (job: Job) => boolean])[] = [
    ["its number", ({ number }) => number % 25 === 7],
    ["the time", ({ number }) => number % 1000 < 40 && number > 10_000],
    ["its place in the allotment", ({ seq }) => seq % 25 === 7],
    ["the miner", ({ miner }) => miner % 25 === 7],
    ["Hamming weight of the id", ({ token }) => weight(token) > 56],
    ["the id modulo 25", ({ token }) => token.readBigUInt64BE() % 25n === 7n],
    ["the instance", ({ seed }) => seed % 32n === 7n],
    ["the last draw", ({ number }) => sha256(`${number >> 1}`).readUInt16BE() < 2621],
    ["the revealed key of the epoch before", (job) => drawnBy(revealed, job)],
    ["another validator's draw", (job) => drawnBy(another, job)],
    ["another lane's draw", (job) => drawnBy(key, job, "sat")],
    ["another miner's draw of the same id", ({ workId }) => drawnBy(key, { hotkey: someone, workId })],
  ];
  for (const [name, sampler] of broken) {
    it(`by ${name}`, () => {
      const outcomes = jobs.map(sampler);
      assert.ok(found(attacks[name] ?? assert.fail(), outcomes));
    });
  }

  it("even if only one draw in seven comes from what can be known", () => {
    const outcomes = jobs.map(({ number }, at) =>
      number % 7 === 0 ? number % 25 === 7 : drawn[at] === true,
    );
    assert.ok(found(attacks["its number"] ?? assert.fail(), outcomes));
  });
});

describe("asking again", () => {
  const HOUR = 3_600_000;

  async function started(store: SamplerModules["store"]): Promise<Sampler> {
    const signer = makeSigner(generatePrivateJwk());
    const modules = { store, signer, clock: new FakeClock(EPOCH * HOUR), log: silentLog, metrics: noMetrics };
    const sampler = new Sampler({ epochs: everyHours(1), policy, masters: [master] }, modules);
    await sampler.start();
    return sampler;
  }

  it("re-rolls nothing: not in another order, not in between, not after a restart", async () => {
    const store = epochsInMemory();
    const first = await started(store);
    const ask = (sampler: Sampler, { hotkey, workId }: Job): boolean =>
      sampler.draw("groth16", hotkey, workId, EPOCH, []).sampled;
    const some = jobs.slice(0, 4000);
    const wanted = drawn.slice(0, 4000);
    const asked = (sampler: Sampler): boolean[] => some.map((job) => ask(sampler, job));
    assert.deepEqual(asked(first), wanted);
    assert.deepEqual(
      some.toReversed().map((job) => ask(first, job)),
      wanted.toReversed(),
    );
    assert.deepEqual(
      some.map((job) => [ask(first, job), ask(first, job), ask(first, job)]),
      wanted.map((isSampled) => [isSampled, isSampled, isSampled]),
    );
    assert.deepEqual(asked(await started(store)), wanted);
    await first.tick();
    assert.deepEqual(asked(first), wanted);
  });
});
