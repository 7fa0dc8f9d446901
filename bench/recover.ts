import { createSecretKey, hash } from "node:crypto";
import { availableParallelism } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { formatChallengeId, type ParsedId, parseChallengeId } from "../src/challenge/id.ts";
import { IndexCache, type Wanted } from "../src/challenge/indexCache.ts";
import { type IndexedOptions, makeIndexed } from "../src/challenge/indexed.ts";
import { buildIndex } from "../src/challenge/indexTable.ts";
import type { IdScheme } from "../src/challenge/scheme.ts";
import { makeSealed } from "../src/challenge/sealed.ts";
import { systemClock } from "../src/core/clock.ts";
import { hmac, sha256, sha256Hex } from "../src/core/hash.ts";
import { silentLog } from "../src/core/log.ts";
import { noMetrics } from "../src/core/metrics.ts";
import { sibling } from "../src/core/sibling.ts";
import { encodeHotkey } from "../src/core/ss58.ts";
import { WorkerPool } from "../src/pool/pool.ts";
import { type BenchOptions, type BenchReport, machine, median, round } from "./report.ts";
import { at, callsOf, compareUs, sink } from "./timed.ts";

const EPOCH = 498_698;
const TIER = 1;
const ALLOTMENT = 10_000;
const COUNT = 2000;
const MAPS = 64;
const INDEX_BYTES = 100_000_000;
const ROUNDS = 3;
const secret = Buffer.from("assay-bench-secret-assay-bench-secret");

const hotkeyOf = (number: number): string => encodeHotkey(sha256(`bench ${number}`));

interface Known {
  readonly hotkey: string;
  readonly id: ParsedId;
}

function parsed(text: string): ParsedId {
  const id = parseChallengeId(text);
  if (id === null) throw new RangeError(`bench: ${text} is no id`);
  return id;
}

/** Ids of `hotkeys` miners, spread over the allotment. */
function knownIds(scheme: IdScheme, hotkeys: number, count: number, allotment: number): Known[] {
  const names = Array.from({ length: hotkeys }, (_, number) => hotkeyOf(number));
  return Array.from({ length: count }, (_, index) => {
    const hotkey = at(names, index);
    return { hotkey, id: parsed(scheme.id(hotkey, EPOCH, TIER, (index * 7919) % allotment)) };
  });
}

/** Recovers the ids in turn; `mine` is what every one of them must come out as. */
function recovering(scheme: IdScheme, ids: readonly Known[], allotment: number, mine: boolean) {
  return (call: number): unknown => {
    const { hotkey, id } = at(ids, call);
    const seq = scheme.recover(id, hotkey, allotment);
    if ((seq !== null) !== mine) throw new Error(`bench: ${id.id} resolved to ${String(seq)}`);
    return seq;
  };
}

/** The floor: two keyed hashes over messages of the same length, with keys and texts made before. */
function floor(): (call: number) => unknown {
  const inner = Buffer.alloc(64 + 2 + 48 + 4 + 8);
  const outer = Buffer.alloc(64 + 32);
  const keyed = (call: number): string => {
    inner.writeUInt32BE(call, 64);
    outer.write(hash("sha256", inner, "binary"), 64, "latin1");
    return hash("sha256", outer, "binary");
  };
  return (call) => {
    sink.value = keyed(call);
    return keyed(call);
  };
}

/** The same by two HMAC objects of node:crypto. */
function hmacObjects(): (call: number) => unknown {
  const key = createSecretKey(secret);
  const message = Buffer.alloc(2 + 48 + 4 + 8);
  return (call) => {
    message.writeUInt32BE(call, 0);
    sink.value = hmac(key, message);
    return hmac(key, message);
  };
}

const forgery = (id: ParsedId): ParsedId =>
  parsed(formatChallengeId(TIER, EPOCH, sha256Hex(id.token).slice(0, 24)));

async function recoverFigures() {
  const sealed = makeSealed(secret);
  const cache = new IndexCache({ bytes: INDEX_BYTES, builds: 32 }, noMetrics);
  const indexed = makeIndexed(secret, {
    name: "bench",
    cache,
    build: async (place) => buildIndex(place),
  });
  const warm = knownIds(sealed, 256, COUNT, ALLOTMENT);
  const cold = knownIds(sealed, callsOf(COUNT), callsOf(COUNT), ALLOTMENT);
  const million = knownIds(sealed, 256, COUNT, 1_000_000);
  const forged = warm.map(({ hotkey, id }) => ({ hotkey, id: forgery(id) }));
  const listed = knownIds(indexed, 8, COUNT, ALLOTMENT);
  const unlisted = knownIds(indexed, 8, COUNT, ALLOTMENT).map(({ hotkey, id }) => ({
    hotkey,
    id: forgery(id),
  }));
  for (const { hotkey, id } of listed) await indexed.recover(id, hotkey, ALLOTMENT);
  const { maps, bytes } = cache.stats();
  const times = compareUs(COUNT, {
    floor_us: floor(),
    hmac_objects_us: hmacObjects(),
    sealed_us: recovering(sealed, warm, ALLOTMENT, true),
    sealed_cold_us: recovering(sealed, cold, ALLOTMENT, true),
    sealed_1m_us: recovering(sealed, million, 1_000_000, true),
    forged_us: recovering(sealed, forged, ALLOTMENT, false),
    indexed_warm_us: recovering(indexed, listed, ALLOTMENT, true),
    indexed_forged_us: recovering(indexed, unlisted, ALLOTMENT, false),
  });
  return { ...times, indexed_bytes_per_entry: bytes / (maps * ALLOTMENT) };
}

/** What the sealed scheme keeps of a miner that it has seen: heap growth over 20,000 of them, the median of 5 rounds. */
async function bytesPerMiner(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const scheme = makeSealed(secret);
  const heap = async (): Promise<number> => {
    // Native hashes are only given back in a later turn of the event loop.
    collect();
    await setImmediate();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const growths: number[] = [];
  for (let round = 0; round < 5; round++) {
    const before = await heap();
    for (let number = 0; number < 20_000; number++) {
      const hotkey = `bench miner ${round} ${number}`;
      sink.value = scheme.recover(parsed(scheme.id(hotkey, EPOCH, TIER, 5)), hotkey, ALLOTMENT);
    }
    growths.push(((await heap()) - before) / 20_000);
  }
  return Math.max(0, Math.round(median(growths)));
}

/** Event-loop delay while the validator's own pool builds 64 maps at once. */
async function buildFigures(): Promise<Record<string, number>> {
  const deadline = 60_000;
  const pool = await WorkerPool.open(
    {
      threads: 2 * availableParallelism(),
      entry: sibling(import.meta.url, "indexWorker"),
      workerData: null,
      deadlineMs: {
        signature: deadline,
        claim: deadline,
        check: deadline,
        proofs: deadline,
        render: deadline,
        index: deadline,
      },
      batch: 16,
      queueMax: MAPS,
    },
    { clock: systemClock, log: silentLog, metrics: noMetrics },
  );
  try {
    const build = (place: Parameters<typeof buildIndex>[0]) => pool.run({ kind: "index", ...place });
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await buildRound(build));
    return {
      loop_delay_p99_ms: median(rounds.map(({ p99 }) => p99)),
      index_build_ms: median(rounds.map(({ each }) => each)),
    };
  } finally {
    await pool.close();
  }
}

function wanted(number: number, build: IndexedOptions["build"]): Wanted {
  const place = { secret, hotkey: hotkeyOf(number), epoch: EPOCH, tier: TIER, allotment: ALLOTMENT };
  return { key: `${number}`, share: "known", build: () => build(place) };
}

async function buildRound(build: IndexedOptions["build"]): Promise<{ p99: number; each: number }> {
  const cache = new IndexCache({ bytes: INDEX_BYTES, builds: MAPS }, noMetrics);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await sleep(50);
  delay.enable();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: MAPS }, (_, number) => cache.obtain(wanted(number, build))));
  const each = (performance.now() - startedAt) / MAPS;
  delay.disable();
  return { p99: delay.percentile(99) / 1e6, each };
}

/** Recovery of ids: both schemes, cold and warm, good and forged, beside the floor of two keyed hashes. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  options.progress("recovery of ids");
  const recover = await recoverFigures();
  const sealed_bytes_per_miner = await bytesPerMiner();
  options.progress(`building ${MAPS} maps in worker threads, ${ROUNDS} times`);
  const raw = { ...recover, sealed_bytes_per_miner, ...(await buildFigures()) };
  const { floor_us, sealed_us, sealed_cold_us, sealed_1m_us, forged_us } = recover;
  return {
    bench: "recover",
    figures: Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, round(value)])),
    ratios: {
      sealed_to_floor: round(sealed_us / floor_us),
      cold_to_warm: round(sealed_cold_us / sealed_us),
      allotment_1m_to_10k: round(sealed_1m_us / sealed_us),
      forged_to_good: round(forged_us / sealed_us),
    },
    machine: machine(),
  };
}
