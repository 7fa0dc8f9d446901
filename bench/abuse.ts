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
  readonly #target: Target;
  readonly #pairs: readonly Keypair[];
  #sent = 0;

  constructor(server: BenchServer, target: Target, pairs: readonly Keypair[]) {
    this.#server = server;
    this.#target = target;
    this.#pairs = pairs;
  }

  async honest(seconds: number): Promise<HonestResult> {
    const { host, port } = this.#server;
    const { validator, epoch } = this.#target;
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

  async under(name: AttackName, seconds: number): Promise<HonestResult> {
    const child = fork(sibling(import.meta.url, "abuse/attacker"), [], { stdio: "inherit" });
    child.send({ name, target: this.#target });
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

interface Measured {
  readonly name: AttackName;
  readonly quiet: HonestResult;
  readonly attacked: HonestResult;
}

/** Everything that miners saw in some rounds. */
function together(results: readonly HonestResult[]): HonestResult {
  const refused: Record<string, number> = {};
  for (const [status, count] of results.flatMap((result) => Object.entries(result.refused)))
    refused[status] = (refused[status] ?? 0) + count;
  return { latenciesMs: results.flatMap(({ latenciesMs }) => latenciesMs), refused };
}

async function measure(scene: Scene, options: BenchOptions): Promise<Measured[]> {
  const seconds = Math.ceil(options.seconds / ROUNDS);
  const names = Object.keys(attacks) as AttackName[];
  const rounds: Measured[] = [];
  await scene.honest(seconds);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const name of names) {
      options.progress(`round ${round} of ${ROUNDS}: ${name}`);
      rounds.push({ name, quiet: await scene.honest(seconds), attacked: await scene.under(name, seconds) });
    }
  }
  return names.map((name) => {
    const own = rounds.filter((one) => one.name === name);
    const quiet = together(own.map((one) => one.quiet));
    const attacked = together(own.map((one) => one.attacked));
    const [before, under] = [quiet, attacked].map((result) => round(percentile(result.latenciesMs, 0.99), 1));
    const refused = JSON.stringify(attacked.refused);
    options.progress(`${name}: p99 ${under} ms, quiet ${before} ms; refused ${refused}`);
    return { name, quiet, attacked };
  });
}

/**
 * What attacks do to honest miners: a steady honest load alone, then the same beside each attack, `--seconds` of both for each
 * attack. Attacker, honest miners and validator share the machine.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const closedEpoch = Math.floor(Date.now() / 3_600_000) - 10;
  const server = await startValidatorWith(config, (dir) => prepareLog(dir, closedEpoch));
  const memory = watchMemory(server);
  try {
    const measured = await measure(await sceneOf(server, closedEpoch, options), options);
    const quiet = measured.flatMap(({ quiet }) => quiet.latenciesMs);
    const quietP99 = percentile(quiet, 0.99);
    const p99 = measured.map(({ name, attacked }) => [name, percentile(attacked.latenciesMs, 0.99)] as const);
    const p50 = measured.map(({ name, attacked }) => [name, percentile(attacked.latenciesMs, 0.5)] as const);
    return {
      bench: "abuse",
      figures: {
        quiet_p50_ms: round(percentile(quiet, 0.5), 1),
        quiet_p99_ms: round(quietP99, 1),
        honest_refused: measured.reduce((sum, { attacked }) => sum + refusals(attacked), 0),
        quiet_refused: measured.reduce((sum, { quiet }) => sum + refusals(quiet), 0),
        rss_most_mb: round(memory.most() / megabyte, 1),
        ...Object.fromEntries(p50.map(([name, ms]) => [`${name}_p50_ms`, round(ms, 1)])),
        ...Object.fromEntries(p99.map(([name, ms]) => [`${name}_p99_ms`, round(ms, 1)])),
      },
      ratios: { p99_ratio_most: round(Math.max(...p99.map(([, ms]) => ms / quietP99)), 2) },
      machine: machine(),
    };
  } finally {
    memory.stop();
    await server.stop();
  }
}
