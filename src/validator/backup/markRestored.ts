import type { Config } from "../../config/schema.ts";
import type { Clock } from "../../core/clock.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Random } from "../../core/random.ts";
import { BACKUP_NOTE, type BackupNote } from "../../flow/restored.ts";
import { MarkFile } from "../../keys/markFile.ts";
import { pathsOf } from "../paths.ts";
import { quietModules, storeSource } from "../storeSource.ts";

/**
 * For a store that other tools put back: a snapshot of a disk, or a server's own recovery to a point in time. It says from now on that it
 * is a copy, so that the next start holds back what may have been signed and committed since. Throws `store_in_use`.
 */
export async function markRestored(
  { config, dataDir }: { readonly config: Config; readonly dataDir: string },
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<BackupNote & { readonly store: string }> {
  const paths = pathsOf(config, dataDir);
  const source = storeSource(config, paths);
  if (!(await source.exists()))
    throw new AssayError({
      ...{ code: "restore_refused", file: source.shown, why: "there is no store" },
      remedy: "Name the data directory with --data.",
    });
  const mark = await new MarkFile(paths.signingMark).read();
  const store = await source.openAlone(quietModules);
  try {
    const height = await store.note("identity_height");
    const note: BackupNote = {
      id: Buffer.from(random.bytes(16)).toString("hex"),
      taken_at: Math.round(clock.nowMs()),
      signed_period: mark?.period ?? null,
      block: height === null ? null : Number(height),
    };
    await store.setNote(BACKUP_NOTE, JSON.stringify(note));
    return { ...note, store: source.shown };
  } finally {
    await store.close();
  }
}
