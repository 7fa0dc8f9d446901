import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { type DatedJwk, generatePrivateJwk, makeSigner } from "../core/ed25519.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { syncFolder, writeDurably } from "./durableFile.ts";
import { readPublishing } from "./files.ts";
import { KEYS_MAX, readRetired } from "./retired.ts";

/** The files of a publishing key. */
export interface PublishingFiles {
  readonly publishing: string;
  /** The public halves of the keys before it. */
  readonly retired: string;
  /** The key that replaces it, while a rotation is under way. */
  readonly next: string;
}

export interface Rotation {
  readonly retired: string;
  readonly current: string;
  /** Unix ms. */
  readonly at: number;
}

/** Throws unless it is clear which key is retired, and that it may be retired now. */
function refuseUnclear(current: DatedJwk, retired: readonly DatedJwk[], files: PublishingFiles, now: number) {
  const fail = (message: string): never => {
    throw new AssayError({ code: "failed", message });
  };
  if (retired.length + 2 > KEYS_MAX)
    fail(`${files.retired} lists ${retired.length} keys, and no more can be published; nothing was changed`);
  const since = Math.max(current.assay_from ?? 0, retired[0]?.assay_until ?? 0);
  if (now < since)
    fail(
      `the clock says ${new Date(now).toISOString()}, but the current key was made at ${new Date(since).toISOString()}; set the clock, nothing was changed`,
    );
}

async function promote({ next, publishing }: PublishingFiles): Promise<void> {
  try {
    await rename(next, publishing);
    await syncFolder(dirname(publishing));
  } catch (error) {
    const cause_text = causeText(error);
    throw new AssayError({ code: "file_unreadable", file: publishing, cause_text }, { cause: error });
  }
}

/**
 * Replaces the publishing key and keeps the public half of the old one with its dates. Three steps, each durable: the new key is
 * written beside the old one, the old one is listed as retired, the new one takes its place. Run again after a crash, it goes on from
 * the step that was reached. Throws what reading throws, `key_retired` and `failed`.
 */
export async function rotatePublishing(files: PublishingFiles, now: number): Promise<Rotation> {
  const current = makeSigner(readPublishing(files.publishing)).jwk;
  const retired = readRetired(files.retired);
  const listed = retired.find(({ kid }) => kid === current.kid);
  if (listed !== undefined) return finish(files, listed);
  refuseUnclear(current, retired, files, now);
  const jwk = { ...generatePrivateJwk(), assay_from: now };
  await writeDurably(files.next, `${JSON.stringify(jwk)}\n`);
  const keys = [{ ...current, assay_until: now }, ...retired];
  await writeDurably(files.retired, `${JSON.stringify({ keys }, null, 2)}\n`);
  await promote(files);
  return { retired: current.kid, current: makeSigner(jwk).kid, at: now };
}

/** The old key is on the list already: only the last step is left, if the new key is there. */
async function finish(files: PublishingFiles, old: DatedJwk): Promise<Rotation> {
  const { publishing, retired: list, next } = files;
  if (!existsSync(next))
    throw new AssayError({ code: "key_retired", file: publishing, key_id: old.kid, list });
  const { kid } = makeSigner(readPublishing(next));
  if (readRetired(list).some((key) => key.kid === kid))
    throw new AssayError({ code: "key_retired", file: next, key_id: kid, list });
  await promote(files);
  return { retired: old.kid, current: kid, at: old.assay_until ?? 0 };
}
