import type { Config } from "../config/schema.ts";
import { systemClock } from "../core/clock.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { IdentityChange } from "../core/problems/problem.ts";
import { loadOrMakeSigner } from "../keys/files.ts";
import { readRetired } from "../keys/retired.ts";
import { adoptIdentity, presentIdentity, requireKeys } from "./identity.ts";
import { heightAtHand } from "./openChain.ts";
import { pathsOf } from "./paths.ts";
import { quietModules, storeSource } from "./storeSource.ts";
import { validatorHotkey } from "./validatorHotkey.ts";

export interface AdoptOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly demo: boolean;
  /** False only tells what would change. */
  readonly yes: boolean;
}

/** What the store remembers otherwise than configuration and keys say; with `yes` they are taken over. */
export async function adopt(options: AdoptOptions): Promise<readonly IdentityChange[]> {
  const { config, dataDir } = options;
  const paths = pathsOf(config, dataDir);
  const source = storeSource(config, paths);
  if (!(await source.exists()))
    throw new AssayError({
      code: "file_unreadable",
      file: source.shown,
      cause_text: "there is no store",
      remedy: "Name the data directory with --data.",
    });
  const open = () => source.openAlone(quietModules);
  await requireKeys(paths, source, open);
  const hotkey = await validatorHotkey(config, paths);
  const keyId = loadOrMakeSigner(paths.publishing).kid;
  const height = await heightAtHand(config, paths, quietModules);
  const store = await open();
  try {
    const retiredIds = readRetired(paths.retired).map(({ kid }) => kid);
    const present = presentIdentity(options, { hotkey, keyId, retiredIds, height });
    const at = options.yes ? new Date(systemClock.nowMs()).toISOString() : null;
    return await adoptIdentity(store, present, at);
  } finally {
    await store.close();
  }
}
