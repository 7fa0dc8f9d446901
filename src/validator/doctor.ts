import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { systemClock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { noMetrics } from "../core/metrics.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { systemRandom } from "../core/random.ts";
import { isDevelopmentUri } from "../keys/developmentUri.ts";
import { loadOrMakeSigner, loadOrMakeToken, loadSecret } from "../keys/files.ts";
import { loadKeypair } from "../keys/loadKeypair.ts";
import { MarkFile } from "../keys/markFile.ts";
import { refuseRetired } from "../keys/retired.ts";
import { tryBind } from "../observe/bind.ts";
import { addressText, type MetricsAddress } from "../observe/metricsAddress.ts";
import { checkFloor } from "../sample/policy.ts";
import { loadCircuits, tryCircuits } from "./circuits.ts";
import { chainFindings } from "./doctorChain.ts";
import { checkCommitments, checkPinned, type Opened, openForDoctor, waitingChange } from "./doctorStore.ts";
import { type DoctorFinding, type Found, finding, ok, warn } from "./finding.ts";
import { exposedFiles } from "./keyFiles.ts";
import { samplePolicyOf } from "./lanes.ts";
import { openChain } from "./openChain.ts";
import { type Paths, pathsOf } from "./paths.ts";
import { storeSource } from "./storeSource.ts";
import { validatorHotkey } from "./validatorHotkey.ts";

export interface ExamineOptions {
  readonly dataDir: string;
  readonly configFile: string | null;
  readonly env: NodeJS.ProcessEnv;
}

function secretFinding(name: string, file: string): Promise<DoctorFinding> {
  return finding(name, async () => ok(`${loadSecret(file).length} bytes`));
}

/** A key that the first start makes. A store that exists belongs to the one that is gone: a start does not make another. */
function missingKey(kind: "hotkey" | "publishing", file: string, store: string): Found {
  if (existsSync(store)) throw new AssayError({ code: "key_missing", file, store, kind });
  return warn(`${file} does not exist; the first start makes it`);
}

async function hotkeyFinding(config: Config, paths: Paths): Promise<Found> {
  const { hotkey: source, isWallet, store } = paths;
  if (isWallet) return ok(`${await validatorHotkey(config, paths)}, of the wallet's file ${source}`);
  if (!isDevelopmentUri(source) && !existsSync(source)) return missingKey("hotkey", source, store);
  const { hotkey } = await loadKeypair(source);
  return isDevelopmentUri(source)
    ? warn(`${hotkey}: this is a development key, which everyone knows; use a key file`)
    : ok(hotkey);
}

async function publishingFinding(paths: Paths): Promise<Found> {
  const { publishing, retired, store } = paths;
  if (!existsSync(publishing)) return missingKey("publishing", publishing, store);
  const { kid } = loadOrMakeSigner(publishing);
  refuseRetired(publishing, kid, retired);
  return ok(`key id ${kid}`);
}

async function markFinding(file: string): Promise<Found> {
  const mark = await new MarkFile(file).read();
  return ok(
    mark === null ? "no vector was signed yet" : `the vector of period ${mark.period} was signed last`,
  );
}

async function exposedFinding(paths: Paths): Promise<Found> {
  const exposed = exposedFiles(paths).map(({ file, mode }) => `${file} (mode ${mode})`);
  return exposed.length === 0
    ? ok("no key file can be read by others")
    : warn(`others can read ${exposed.join(", ")}; chmod 600 them, and replace what may have been copied`);
}

async function tokenFinding(file: string): Promise<Found> {
  if (!existsSync(file)) return warn(`${file} does not exist; the first start makes it`);
  return ok(`${loadOrMakeToken(file, systemRandom).length} characters`);
}

/** The checks of a start that need the store; with a store that cannot be opened, that alone. */
async function storeFindings(config: Config, dataDir: string): Promise<DoctorFinding[]> {
  const paths = pathsOf(config, dataDir);
  const source = storeSource(config, paths);
  let opened: Opened | null = null;
  const first = await finding("store", async () => {
    opened = await openForDoctor(source);
    return ok(
      opened === null
        ? `${source.shown} does not exist; the first start makes it`
        : `${source.shown}: ${opened.detail}`,
    );
  });
  const { store } = (opened as Opened | null) ?? { store: null };
  if (store === null) return [first];
  try {
    return [
      first,
      await finding("identity", async () => {
        await checkPinned(store, config, dataDir);
        return ok("the store belongs to this hotkey, publishing key, network and chain");
      }),
      await finding("sampling commitments", async () =>
        ok(`the secret fits ${await checkCommitments(store, paths)} open epochs`),
      ),
      await finding("epochs", async () => {
        const change = await waitingChange(store, config);
        return change === null ? ok("as configured") : warn(change);
      }),
    ];
  } finally {
    await store.close();
  }
}

async function circuitsFinding(config: Config, dataDir: string): Promise<Found> {
  const circuits = loadCircuits(config, dataDir);
  await tryCircuits({ config, circuits });
  return ok(circuits.length === 0 ? "none, so no jobs are sent" : circuits.map(({ id }) => id).join(", "));
}

/** The local chain; another one is examined endpoint by endpoint. */
async function chainFindingsOf(config: Config, paths: Paths): Promise<DoctorFinding[]> {
  const { chain } = config;
  if (chain.kind !== "local") return chainFindings({ config, chain, paths, clock: systemClock });
  return [await finding("chain", () => localChainFinding(config, paths))];
}

async function localChainFinding(config: Config, paths: Paths): Promise<Found> {
  const modules = { clock: systemClock, random: systemRandom, log: silentLog, metrics: noMetrics };
  const chain = await openChain(config, paths, modules, { hotkey: "", waitMs: 0, store: null });
  const block = chain.block();
  const count = chain.miners()?.length;
  await chain.close();
  if (block === null)
    return warn(
      "block 0 is in the future, and nothing is judged before it; check chain.genesis_ms and the clock",
    );
  return ok(`block ${block}, ${count === undefined ? "open to any miner" : `${count} miners registered`}`);
}

/** At most a warning: a validator starts without metrics too. */
async function metricsFinding(address: MetricsAddress | null): Promise<Found> {
  if (address === null) return ok("off");
  try {
    await tryBind(address);
    return ok(`${addressText(address)} is free`);
  } catch (error) {
    return warn(
      `observe.metrics: ${addressText(address)}: ${causeText(error)}; unless the running validator is that process, choose another address`,
    );
  }
}

async function diskFinding(dir: string, reserve: number): Promise<Found> {
  if (!existsSync(dir)) return ok(`${dir} does not exist; the first start makes it`);
  const { bavail, bsize } = await statfs(dir);
  const gigabytes = (bavail * bsize) / 2 ** 30;
  if (bavail * bsize < reserve)
    return warn(
      `${gigabytes.toFixed(2)} GB free, less than observe.disk_reserve (${(reserve / 2 ** 30).toFixed(2)} GB): no new work will be taken; free space, or lower the reserve`,
    );
  return gigabytes < 1 ? warn(`${gigabytes.toFixed(2)} GB free`) : ok(`${gigabytes.toFixed(0)} GB free`);
}

/** Examines everything that a start needs, and continues after a fault so that one run names all of them. */
export async function examine(options: ExamineOptions): Promise<DoctorFinding[]> {
  let config: Config | null = null;
  const findings = [
    await finding("node", async () => ok(process.version)),
    await finding("configuration", async () => {
      config = loadConfig({ file: options.configFile, env: options.env });
      return ok(options.configFile ?? "defaults");
    }),
    await finding("disk", () => diskFinding(options.dataDir, config?.observe.disk_reserve ?? 0)),
  ];
  return config === null ? findings : [...findings, ...(await examineConfigured(config, options.dataDir))];
}

async function examineConfigured(config: Config, dataDir: string): Promise<DoctorFinding[]> {
  const paths = pathsOf(config, dataDir);
  return [
    await finding("sampling policy", async () => {
      checkFloor(samplePolicyOf(config));
      const { sat, groth16 } = config.lanes;
      return ok(`sat ${sat.rate}, groth16 ${groth16.rate}, floor ${config.sample.floor}`);
    }),
    await finding("circuits", () => circuitsFinding(config, dataDir)),
    await secretFinding("challenge secret", paths.secret),
    ...(paths.previousSecret === null ? [] : [await secretFinding("previous secret", paths.previousSecret)]),
    await finding("hotkey", () => hotkeyFinding(config, paths)),
    await finding("publishing key", () => publishingFinding(paths)),
    await finding("signing mark", () => markFinding(paths.signingMark)),
    await finding("key files", () => exposedFinding(paths)),
    await finding("operator token", () => tokenFinding(paths.adminToken)),
    ...(await storeFindings(config, dataDir)),
    ...(await chainFindingsOf(config, paths)),
    await finding("metrics", () => metricsFinding(paths.metrics)),
  ];
}
