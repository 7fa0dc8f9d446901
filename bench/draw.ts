import { createHmac, hash, randomBytes } from "node:crypto";
import { lengthPrefixed } from "../src/core/bytes.ts";
import { systemClock } from "../src/core/clock.ts";
import { generatePrivateJwk, makeSigner } from "../src/core/ed25519.ts";
import { everyHours } from "../src/core/epochs.ts";
import { sha256 } from "../src/core/hash.ts";
import { epochAt } from "../src/core/ids.ts";
import { silentLog } from "../src/core/log.ts";
import { encodeHotkey } from "../src/core/ss58.ts";
import type { SamplePolicy } from "../src/flow/draw.ts";
import { MetricRegistry } from "../src/observe/metrics.ts";
import type { DrawFacts } from "../src/sample/decision.ts";
import { decide, sampleKey } from "../src/sample/draw.ts";
import { ratesOf } from "../src/sample/policy.ts";
import { Sampler } from "../src/sample/sampler.ts";
import { epochsInMemory } from "../test/support/sample/predictability/epochs.ts";
import { type BenchOptions, type BenchReport, machine, median, round } from "./report.ts";
import { at, sink } from "./timed.ts";

const HOTKEYS = 256;
/** Decisions per round; each is of a job that was never drawn before. */
const COUNT = 1000;
const WARM_UPS = 10;
const ROUNDS = 100;

const master = sha256("assay-bench-secret");
const policy: SamplePolicy = {
  lanes: { sat: "1", groth16: "20/500" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
};

/** The sampler that a validator runs, with its counts and its watch; only its epochs stay in memory. */
async function startSampler(): Promise<Sampler> {
  const modules = { clock: systemClock, log: silentLog, metrics: new MetricRegistry() };
  const signer = makeSigner(generatePrivateJwk());
  const options = { epochs: everyHours(1), policy, masters: [master] };
  const sampler = new Sampler(options, { store: epochsInMemory(), signer, ...modules });
  await sampler.start();
  return sampler;
}

/** What one decision is about, and the bytes that its HMAC is over. */
interface Asked {
  readonly facts: DrawFacts;
  readonly message: Buffer;
  /** A message of the same length behind a block for the key's pad. */
  readonly padded: Buffer;
}

const hotkeys = Array.from({ length: HOTKEYS }, (_, number) => encodeHotkey(sha256(`bench ${number}`)));

function askNew(epoch: number): Asked[] {
  return Array.from({ length: COUNT }, (_, number) => {
    const hotkey = at(hotkeys, number);
    const workId = `jb_${randomBytes(16).toString("hex")}`;
    const message = Buffer.concat([
      lengthPrefixed("groth16"),
      lengthPrefixed(hotkey),
      lengthPrefixed(workId),
    ]);
    const padded = Buffer.concat([Buffer.alloc(64, 0x36), message]);
    return { facts: { epoch, lane: "groth16", hotkey, workId, classes: [] }, message, padded };
  });
}

const names = ["draw", "decide", "hmac", "two_hashes"] as const;
type Name = (typeof names)[number];

function worksOf(sampler: Sampler, epoch: number): Record<Name, (one: Asked) => unknown> {
  const key = sampleKey(master, epoch);
  const rates = ratesOf(policy);
  const outer = Buffer.alloc(64 + 32, 0x5c);
  return {
    draw: ({ facts }) => sampler.draw(facts.lane, facts.hotkey, facts.workId, facts.epoch, facts.classes),
    decide: ({ facts }) => decide(key, rates, facts),
    hmac: ({ message }) => createHmac("sha256", key).update(message).digest(),
    two_hashes: ({ padded }) => {
      sink.value = hash("sha256", padded, "binary");
      return hash("sha256", outer, "hex");
    },
  };
}

/** The peers must be about the same decision. */
function checkSame(works: ReturnType<typeof worksOf>, one: Asked): void {
  const { x } = works.decide(one) as { readonly x: string };
  const code = (works.hmac(one) as Buffer).toString("hex", 0, 8);
  if (x !== code) throw new Error(`bench: drew ${x} where the HMAC is ${code}`);
}

/** Microseconds of one call in each round that counts; every round runs every work, over the same new jobs. */
function timesUs(works: ReturnType<typeof worksOf>, epoch: number): Record<Name, number[]> {
  const times: Record<Name, number[]> = { draw: [], decide: [], hmac: [], two_hashes: [] };
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    const jobs = askNew(epoch);
    // The first work meets the jobs with cold caches.
    for (let turn = 0; turn < names.length; turn++) {
      const name = at(names, round + turn);
      const work = works[name];
      const startedAt = performance.now();
      for (const one of jobs) sink.value = work(one);
      const us = ((performance.now() - startedAt) * 1000) / COUNT;
      if (round >= WARM_UPS) times[name].push(us);
    }
  }
  return times;
}

/**
 * One sampling decision, with all that a validator does for it, beside one HMAC and beside two bare hashes: the best round of
 * each, and the median one.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  options.progress(`${ROUNDS} rounds of ${COUNT} decisions`);
  const epoch = epochAt(systemClock.nowMs(), 1);
  const works = worksOf(await startSampler(), epoch);
  checkSame(works, at(askNew(epoch), 0));
  const times = timesUs(works, epoch);
  const best = (name: Name): number => Math.min(...times[name]);
  const figures = names.flatMap((name): [string, number][] => [
    [`${name}_us`, round(best(name))],
    [`${name}_median_us`, round(median(times[name]))],
  ]);
  return {
    bench: "draw",
    figures: Object.fromEntries(figures),
    ratios: {
      draw_to_decide: round(best("draw") / best("decide")),
      draw_to_hmac: round(best("draw") / best("hmac")),
      decide_to_hmac: round(best("decide") / best("hmac")),
      decide_to_two_hashes: round(best("decide") / best("two_hashes")),
    },
    machine: machine(),
  };
}
