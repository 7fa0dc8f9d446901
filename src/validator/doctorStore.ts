import type { Config } from "../config/schema.ts";
import { systemClock } from "../core/clock.ts";
import { makeSigner } from "../core/ed25519.ts";
import { silentLog } from "../core/log.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { loadSecret, readPublishing } from "../keys/files.ts";
import { readRetired } from "../keys/retired.ts";
import { matchingKey } from "../sample/matchingKey.ts";
import type { StoreReader } from "../store/sqlite/reader.ts";
import { changeText, checkEpochNumbers, configuredEpochs, epochChange } from "./epochChange.ts";
import { identityChanges, presentIdentity } from "./identity.ts";
import { heightAtHand } from "./openChain.ts";
import { type Paths, pathsOf } from "./paths.ts";
import { quietModules, type StoreSource, storeSource } from "./storeSource.ts";
import { validatorHotkey } from "./validatorHotkey.ts";

/** The store of a data directory as a start would open it, or beside the validator that has it open. */
export interface Opened {
  readonly store: StoreReader;
  /** What there is to say of it. */
  readonly detail: string;
}

/** Null where the first start makes it. Throws what a start throws, but for `store_in_use`. */
export async function openForDoctor(source: StoreSource): Promise<Opened | null> {
  if (!(await source.exists())) return null;
  try {
    const store = await source.openAlone(quietModules);
    const { suspensions, sightings } = await store.standingState();
    return { store, detail: `${sightings.length} hotkeys known, ${suspensions.length} suspensions` };
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "store_in_use") throw error;
    const detail = "a running validator has it open, so it was only read; damage is looked for at a start";
    return { store: await source.openBeside(), detail };
  }
}

/** Throws `commitment_unmatched` when a secret does not fit an open epoch; returns how many fit. */
export async function checkCommitments(store: StoreReader, paths: Paths): Promise<number> {
  const files = [paths.secret, ...(paths.previousSecret === null ? [] : [paths.previousSecret])];
  const masters = files.map(loadSecret);
  const open = await store.openEpochs();
  for (const record of open) matchingKey(masters, record);
  return open.length;
}

/** Throws `identity_changed` where a start would. */
export async function checkPinned(store: StoreReader, config: Config, dataDir: string): Promise<void> {
  const paths = pathsOf(config, dataDir);
  const hotkey = await validatorHotkey(config, paths);
  const height = await heightAtHand(config, paths, { clock: systemClock, log: silentLog });
  const known = {
    ...{ hotkey, keyId: makeSigner(readPublishing(paths.publishing)).kid, height },
    retiredIds: readRetired(paths.retired).map(({ kid }) => kid),
  };
  // Whether it is a demo's is for the start to know.
  const changes = await identityChanges(store, presentIdentity({ config, dataDir, demo: false }, known));
  const others = changes.filter(({ what }) => what !== "demo");
  if (others.length > 0)
    throw new AssayError({
      code: "identity_changed",
      file: storeSource(config, paths).shown,
      changes: others,
    });
}

/** What of the configuration waits for a later epoch, and when that begins; null when nothing does. Throws `config_invalid`. */
export async function waitingChange(store: StoreReader, config: Config): Promise<string | null> {
  const nowMs = systemClock.nowMs();
  await checkEpochNumbers(store, config, nowMs);
  const change = epochChange(await store.openEpochs(), configuredEpochs(config), nowMs);
  return change === null ? null : changeText(change);
}
