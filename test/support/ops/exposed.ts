import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../../src/config/load.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { newHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import type { DeclaredMetric, MetricRegistry } from "../../../src/observe/metrics.ts";
import { parseRoles } from "../../../src/validator/roles/roles.ts";
import { startValidator } from "../../../src/validator/start.ts";
import { startChainDouble } from "../chain/startChainDouble.ts";
import { chainSection, subnetOfMiners } from "../chain/subnetOfMiners.ts";
import { ask } from "../observe/scrape.ts";
import type { TestDatabases } from "../store/postgresDatabases.ts";
import { until } from "../until.ts";
import { pushDir } from "../validator/push/world.ts";
import { removeDir } from "../validator/validator.ts";

/** A metric of a running validator. */
export interface ExposedMetric {
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** What ends what was started: to be called in reverse. */
type Ends = (() => unknown)[];

export type Exposed = ReadonlyMap<string, ExposedMetric>;

/** Of the registry: a labelled metric shows its labels only once it was measured. Of the scrape: what Prometheus would see. */
async function exposedBy(
  dataDir: string,
  { role = "api,verify,dispatch,weigh", dials = false } = {},
): Promise<Exposed> {
  const config = loadConfig({
    file: join(dataDir, "assay.yaml"),
    env: { ASSAY_OBSERVE_METRICS_SOCKET: "metrics.sock" },
  });
  const parsed = parseRoles(role);
  if ("wrong" in parsed) throw new TypeError(parsed.wrong);
  let declared: () => readonly DeclaredMetric[] = () => [];
  const onMetrics = (registry: MetricRegistry): void => {
    declared = () => registry.declared();
  };
  const validator = await startValidator(
    { config, dataDir, host: "127.0.0.1", port: 0, demo: false, version: "test", roles: parsed.roles },
    { clock: systemClock, random: systemRandom, log: silentLog, onMetrics },
  );
  // Links to miners are made, and counted, once the first miner with an address was seen.
  if (dials) await until(() => declared().some(({ name }) => name === "assay_dialled_miners"));
  const { body } = await ask({ socketPath: join(dataDir, "metrics.sock") });
  await validator.close();
  const scraped = new Set([...body.matchAll(/^# TYPE (\S+) /gm)].map(([, name = ""]) => name));
  return new Map(
    declared()
      .filter(({ name }) => scraped.has(name))
      .map(({ name, type, help, labels }) => [name, { type, help, labels }]),
  );
}

function changed(dir: string, more: object): string {
  const file = join(dir, "assay.yaml");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...more }));
  return dir;
}

/** With the embedded store, and a miner that it dials in vain. */
async function alone(ends: Ends): Promise<Exposed> {
  const dir = pushDir(
    {},
    { challenge: { accept: ["sealed", "indexed"] }, dispatch: { allow_private: true } },
  );
  ends.push(() => removeDir(dir));
  const { hotkey } = await newHotkeyFile();
  writeFileSync(join(dir, "miners.json"), JSON.stringify([{ uid: 0, hotkey, ip: "127.0.0.1", port: 1 }]));
  return exposedBy(changed(dir, { chain: { miners: "miners.json" } }), { dials: true });
}

/** On a subnet, with its records in PostgreSQL and a replica, one process for all roles and one that only answers. */
async function shared(ends: Ends, databases: TestDatabases): Promise<Exposed[]> {
  const { text, hotkey } = await newHotkeyFile();
  const double = await startChainDouble({ subnets: [await subnetOfMiners(hotkey)], finalityLag: 1 });
  ends.push(() => double.close());
  await double.control({ do: "run", blockMs: 500 });
  const url = await databases.makeEmpty();
  const dir = pushDir({}, { store: { kind: "postgres", url, replica_url: url } });
  ends.push(() => removeDir(dir));
  const key = join(dir, "keys/validator.json");
  writeFileSync(key, text);
  changed(dir, { chain: chainSection(double.urls, key) });
  return [await exposedBy(dir), await exposedBy(dir, { role: "api" })];
}

/**
 * Everything that validators of this program expose, whatever their store, chain and roles: each kind is started once, and
 * scraped. Where two kinds have a metric of one name, its labels must be the same.
 */
export async function exposedByAll(ends: Ends, databases: TestDatabases): Promise<Exposed> {
  const kinds = [await alone(ends), ...(await shared(ends, databases))];
  const all = new Map<string, ExposedMetric>();
  for (const [name, metric] of kinds.flatMap((kind) => [...kind])) {
    const known = all.get(name) ?? metric;
    if (`${known.type} ${known.labels}` !== `${metric.type} ${metric.labels}`)
      throw new Error(
        `${name}: ${known.type} ${known.labels} of one validator, ${metric.type} ${metric.labels} of another`,
      );
    all.set(name, known);
  }
  return all;
}
