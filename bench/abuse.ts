import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/core/clock.ts";
import { generatePrivateJwk, makeSigner } from "../src/core/ed25519.ts";
import { sha256Hex } from "../src/core/hash.ts";
import { silentLog } from "../src/core/log.ts";
import { noMetrics } from "../src/core/metrics.ts";
import { sibling } from "../src/core/sibling.ts";
import type { Status } from "../src/http/handlers.ts";
import type { Keypair } from "../src/keys/keypair.ts";
import { circuitsHome } from "../src/miner/push/snarkProver.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { type AttackName, attacks, type Target } from "./abuse/attacks.ts";
import { type HonestResult, runHonest } from "./abuse/honest.ts";
import { hotkeys, presign } from "./presign.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { type BenchServer, benchConfig, benchSecret, metric, startValidatorWith } from "./server.ts";

/** Honest submissions per second: a tenth of what the validator takes in, so that the quiet load is quiet. */
const PER_S = 100;
/** An attack has this long to begin before it is measured. */
const BEGIN_MS = 2000;
/** Each attack has its turn this many times, so that a bad moment of the machine does not decide about one of them alone. */
const ROUNDS = 3;
const RSS_EVERY_MS = 250;
const LOG_LINES = 20_000;
const megabyte = 2 ** 20;

const circuit = {
  id: "hash-chain",
  verification_key: join(circuitsHome, "hash-chain", "verification_key.json"),
  public_inputs: ["x"],
};

/** Everything that an attack may aim at is on: both schemes of ids, and streams. */
const config = {
  ...benchConfig,
  challenge: { accept: ["sealed", "indexed"] },
  lanes: { groth16: { circuits: [circuit] } },
};

/** A closed epoch with a long log, so that reading its audit costs what it costs in production. */
async function prepareLog(dataDir: string, epoch: number): Promise<void> {
  const file = join(dataDir, "assay.db");
  const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });
  const signer = makeSigner(generatePrivateJwk());
  const at = Date.now();
  const policy = {
    lanes: { groth16: "1" },
    classes: { customer: "1", cold_start: "1", struck: "1" },
    floor: "1/100",
  };
  const commitment = sha256Hex("bench");
  await store.commitEpoch({
    epoch,
    commitment,
    policy,
    committed_at: at,
    signature: "-",
    key_id: signer.kid,
  });
  const hotkey = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
  for (let line = 0; line < LOG_LINES; line += 250) {
    const group = (i: number) => ({
      ...{ epoch, lane: "groth16", hotkeys: [hotkey] },
      rows: [`0 jb_${sha256Hex(`${line + i}`).slice(0, 32)} lane 0`],
    });
    await store.recordDraws(Array.from({ length: 250 }, (_, i) => group(i)));
  }
  const record = await store.epoch(epoch);
  const head = { epoch, log_head: record?.log_head ?? "", signed_at: at, key_id: signer.kid };
  await store.closeEpoch(epoch, "00", { ...head, signature: signer.signDocument(head) }, at);
  await store.close();
}

/** The most resident memory while it is watched. */
function watchMemory(server: BenchServer): { most(): number; stop(): void } {
  let most = 0;
  const timer = setInterval(() => {
    metric(server, "process_resident_memory_bytes").then(
      (bytes) => {
        most = Math.max(most, bytes);
      },
      () => undefined,
    );
  }, RSS_EVERY_MS);
  return { most: () => most, stop: () => clearInterval(timer) };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const refusals = ({ refused }: HonestResult): number =>
  Object.values(refused).reduce((sum, count) => sum + count, 0);

/** Honest load against one server, quiet or under an attack. */
class Scene {
  readonly #server: BenchServer;
  readonly target: Target;
  readonly #pairs: readonly Keypair[];
  #sent = 0;

  constructor(server: BenchServer, target: Target, pairs: readonly Keypair[]) {
    this.#server = server;
    this.target = target;
    this.#pairs = pairs;
  }

  async honest(seconds: number): Promise<HonestResult> {
    const { host, port } = this.#server;
    const { validator, epoch } = this.target;
    const plan = {
      secret: benchSecret,
      validator,
      epoch,
      host: `${host}:${port}`,
      nowMs: Date.now(),
      scheme: "sealed",
      tiers: [1],
    } as const;
    const requests = presign(plan, this.#pairs, PER_S * seconds, this.#sent);
    // Whole turns, so that no challenge comes twice.
    this.#sent += Math.ceil((PER_S * seconds) / this.#pairs.length) * this.#pairs.length;
    return runHonest({ host, port, perS: PER_S, seconds, requests });
  }

  /** The load while an attack goes on, on this validator or on another one beside it. */
  async under(name: AttackName, seconds: number, target = this.target): Promise<HonestResult> {
    const child = fork(sibling(import.meta.url, "abuse/attacker"), [], { stdio: "inherit" });
    child.send({ name, target });
    await sleep(BEGIN_MS);
    try {
      return await this.honest(seconds);
    } finally {
      child.disconnect();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
  }
}

async function sceneOf(server: BenchServer, closedEpoch: number, options: BenchOptions): Promise<Scene> {
  const { validator, epoch } = (await (await fetch(`${server.url}/v1/status`)).json()) as Status;
  const target = { host: server.host, port: server.port, validator, epoch, closedEpoch };
  return new Scene(server, target, await hotkeys(Math.min(options.hotkeys, 64)));
}

interface Round {
  readonly name: AttackName;
  readonly quiet: HonestResult;
  /** While the same attack aims at another validator on the same machine: what the cores that are shared cost. */
  readonly beside: HonestResult;
  readonly attacked: HonestResult;
}

interface Measured {
  readonly name: AttackName;
  readonly quiet: readonly HonestResult[];
  readonly beside: Seen;
  readonly attacked: Seen;
}

interface Seen {
  readonly p50: number;
  readonly p99: number;
  readonly refused: number;
}

/** Of rounds, the medians of their percentiles, so that no single pause of the machine decides; and all refusals. */
function together(results: readonly HonestResult[]): Seen {
  const median = (share: number): number => {
    const each = results.map(({ latenciesMs }) => percentile(latenciesMs, share));
    return round(percentile(each, 0.5), 1);
  };
  const refused = results.reduce((sum, result) => sum + refusals(result), 0);
  return { p50: median(0.5), p99: median(0.99), refused };
}

async function measure(scene: Scene, other: Target, options: BenchOptions): Promise<Measured[]> {
  const seconds = Math.ceil(options.seconds / ROUNDS);
  const names = Object.keys(attacks) as AttackName[];
  const rounds: Round[] = [];
  await scene.honest(seconds);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const name of names) {
      options.progress(`round ${round} of ${ROUNDS}: ${name}`);
      const quiet = await scene.honest(seconds);
      const beside = await scene.under(name, seconds, other);
      rounds.push({ name, quiet, beside, attacked: await scene.under(name, seconds) });
    }
  }
  return names.map((name) => {
    const own = rounds.filter((one) => one.name === name);
    const quiet = own.map((one) => one.quiet);
    const beside = together(own.map((one) => one.beside));
    const attacked = together(own.map((one) => one.attacked));
    options.progress(
      `${name}: p99 ${attacked.p99} ms, quiet ${together(quiet).p99} ms, attack on another ${beside.p99} ms; ${attacked.refused} refused`,
    );
    return { name, quiet, beside, attacked };
  });
}

/**
 * What attacks do to honest miners: a steady honest load alone, then the same beside each attack, `--seconds` of both for each
 * attack. Attacker, honest miners and validator share the machine; what that costs shows while each attack aims at another validator.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const closedEpoch = Math.floor(Date.now() / 3_600_000) - 10;
  const start = (): Promise<BenchServer> => startValidatorWith(config, (dir) => prepareLog(dir, closedEpoch));
  const [server, other] = [await start(), await start()];
  const memory = watchMemory(server);
  try {
    const scene = await sceneOf(server, closedEpoch, options);
    const { target } = await sceneOf(other, closedEpoch, options);
    return reportOf(await measure(scene, target, options), memory.most());
  } finally {
    memory.stop();
    await Promise.all([server.stop(), other.stop()]);
  }
}

function reportOf(measured: readonly Measured[], rssMost: number): BenchReport {
  const quiet = together(measured.flatMap(({ quiet }) => quiet));
  const most = (of: (one: Measured) => number): number => round(Math.max(...measured.map(of)), 2);
  const ofEach = (name: string, of: (one: Measured) => number): Record<string, number> =>
    Object.fromEntries(measured.map((one) => [`${one.name}_${name}`, of(one)]));
  return {
    bench: "abuse",
    figures: {
      ...{ quiet_p50_ms: quiet.p50, quiet_p99_ms: quiet.p99, quiet_refused: quiet.refused },
      honest_refused: measured.reduce((sum, { attacked }) => sum + attacked.refused, 0),
      rss_most_mb: round(rssMost / megabyte, 1),
      ...ofEach("p50_ms", ({ attacked }) => attacked.p50),
      ...ofEach("p99_ms", ({ attacked }) => attacked.p99),
      ...ofEach("beside_p99_ms", ({ beside }) => beside.p99),
    },
    ratios: {
      p99_ratio_most: most(({ attacked }) => attacked.p99 / quiet.p99),
      beside_ratio_most: most(({ beside }) => beside.p99 / quiet.p99),
      attacked_to_beside_most: most(({ attacked, beside }) => attacked.p99 / beside.p99),
    },
    machine: machine(),
  };
}
