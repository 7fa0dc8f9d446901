import { mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { AssayError, causeText } from "../core/problems/assayError.ts";

async function synced(path: string, flags: string, text: string | null): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    if (text !== null) await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes or replaces a file that only its owner can read. After a crash it has the old content or the new one, and the new one once
 * this has resolved. Throws `file_unreadable`.
 */
export async function writeDurably(file: string, text: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await unlink(part).catch(() => undefined);
    await synced(part, "wx", text);
    await rename(part, file);
    await syncFolder(dirname(file));
  } catch (error) {
    throw new AssayError({ code: "file_unreadable", file, cause_text: causeText(error) }, { cause: error });
  }
}

/** Makes what was renamed or made in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  await synced(folder, "r", null);
}
