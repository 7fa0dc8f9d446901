import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import type { DatedJwk, Signer } from "../core/ed25519.ts";
import type { Hotkey } from "../core/ids.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Chain } from "../flow/chain.ts";
import type { Store } from "../flow/store.ts";
import { isDevelopmentUri, shownUri } from "../keys/developmentUri.ts";
import { loadOrMakeSigner, loadOrMakeToken, loadSecret, makeSecretIfMissing } from "../keys/files.ts";
import { MarkFile } from "../keys/markFile.ts";
import { readRetired, refuseRetired } from "../keys/retired.ts";
import { MetricRegistry } from "../observe/metrics.ts";
import { Tally } from "../observe/tally.ts";
import type { Closers } from "./closers.ts";
import { keptCounts } from "./history/kept.ts";
import { ReasonTally } from "./history/reasonTally.ts";
import { checkIdentity, presentIdentity, requireKeys } from "./identity.ts";
import { warnExposed } from "./keyFiles.ts";
import { openChain } from "./openChain.ts";
import { pathsOf } from "./paths.ts";
import { aloneWith, joinStore, type Membership } from "./roles/membership.ts";
import { allRoles } from "./roles/roles.ts";
import type { StartModules, StartOptions } from "./startOptions.ts";
import { storeSource } from "./storeSource.ts";
import { validatorHotkey } from "./validatorHotkey.ts";

/** A validator's keys, store and chain. */
export interface Resources {
  readonly secret: Uint8Array;
  readonly previousSecret: Uint8Array | null;
  readonly hotkey: Hotkey;
  readonly signer: Signer;
  /** Publishing keys of the past, the last one first. */
  readonly retiredKeys: readonly DatedJwk[];
  /** What was signed last, beside the publishing key. */
  readonly marks: MarkFile;
  readonly adminToken: string;
  readonly membership: Membership;
  /** As this process may use it. */
  readonly store: Store;
  readonly chain: Chain;
  readonly metrics: MetricRegistry;
  /** What the kept counters count. */
  readonly tally: Tally;
  /** What stages count of miners by reason. */
  readonly reasons: ReasonTally;
}

/** A start waits this long for a chain that is a network away, and goes on without its height. */
const CHAIN_WAIT_MS = 5000;

/** Keys first, since they fail fastest; then the store, then the chain. */
export async function openResources(
  options: StartOptions,
  modules: StartModules,
  closers: Closers,
): Promise<Resources> {
  const { config, dataDir } = options;
  const { clock, random, log } = modules;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const paths = pathsOf(config, dataDir);
  if (options.demo) makeSecretIfMissing(paths.secret, random);
  const secret = loadSecret(paths.secret);
  const previousSecret = paths.previousSecret === null ? null : loadSecret(paths.previousSecret);
  const tally = new Tally(keptCounts);
  const metrics = new MetricRegistry(tally);
  const reasons = new ReasonTally(metrics);
  const dropped = metrics.counter(
    "assay_log_dropped_lines_total",
    "Log lines that their destination did not take",
  );
  modules.logSink?.onDropped((lines) => dropped.add({}, lines));
  const folded = metrics.counter(
    "assay_log_folded_lines_total",
    "Log lines that repeated another one and were only counted",
  );
  modules.foldedLog?.onFolded((lines) => folded.add({}, lines));
  const lost = (cause: unknown): void =>
    modules.fatal?.(new AssayError({ code: "store_lost", file: paths.store, cause_text: causeText(cause) }));
  const source = storeSource(config, paths);
  const openStore = () => source.open({ log, metrics, clock, lost });
  await requireKeys(paths, source, openStore);
  const hotkey = await validatorHotkey(config, paths);
  if (isDevelopmentUri(paths.hotkey)) log.warn("development_key", { uri: shownUri(paths.hotkey) });
  const signer = loadOrMakeSigner(paths.publishing);
  refuseRetired(paths.publishing, signer.kid, paths.retired);
  const retiredKeys = readRetired(paths.retired);
  const marks = new MarkFile(paths.signingMark);
  await marks.read();
  const adminToken = loadOrMakeToken(paths.adminToken, random);
  warnExposed(paths, log);
  const store = await openStore();
  closers.add("store", () => store.close());
  const membership = await memberOf(options, store, { ...modules, metrics });
  closers.add("node", () => membership.close());
  const chain = await openChain(
    config,
    paths,
    { ...modules, metrics },
    { hotkey, waitMs: CHAIN_WAIT_MS, ...weightsUse(membership) },
  );
  closers.add("chain", () => chain.close());
  modules.onMetrics?.(metrics);
  const retiredIds = retiredKeys.map(({ kid }) => kid);
  const known = { hotkey, keyId: signer.kid, retiredIds, height: chain.block() };
  await checkIdentity(store, presentIdentity(options, known));
  const keys = { secret, previousSecret, hotkey, signer, retiredKeys, marks, adminToken };
  return { ...keys, membership, store: membership.store, chain, metrics, tally, reasons };
}

/** One process on the embedded store; on PostgreSQL one of any number. */
async function memberOf(
  { config, roles = allRoles, name, version }: StartOptions,
  store: Store,
  modules: StartModules & { readonly metrics: MetricRegistry },
): Promise<Membership> {
  if (config.store.kind === "postgres") {
    const options = { roles, name: name ?? `${hostname()}-${process.pid}`, version };
    return joinStore(store, options, { ...modules, drain: modules.drain ?? (() => undefined) });
  }
  if (roles.size === allRoles.size) return aloneWith(store, roles);
  throw new AssayError({ code: "roles_need_postgres", roles: [...roles].join(", ") });
}

/** Only a process that weighs sends weights, and only while it is the leader. */
function weightsUse({ roles, store, leaderStore, isLeader }: Membership) {
  // An operator may note at any process that weights go on.
  const records = { ...leaderStore, setNote: store.setNote };
  return { store: roles.has("weigh") ? records : null, isLeader };
}
