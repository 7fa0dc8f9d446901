import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type Rotation, rotatePublishing } from "../keys/rotate.ts";
import { takeLock } from "../store/sqlite/lock.ts";
import type { Paths } from "./paths.ts";
import { quietModules, type StoreSource } from "./storeSource.ts";

/** Rotates the publishing key of a validator that does not run: a running one would go on signing with the retired key. Throws `store_in_use`. */
export async function rotateKeys(
  paths: Paths,
  now: number,
  server: StoreSource | null = null,
): Promise<Rotation> {
  if (server !== null) {
    const store = await server.openAlone(quietModules);
    return rotatePublishing(paths, now).finally(() => store.close());
  }
  if (!existsSync(dirname(paths.store))) mkdirSync(dirname(paths.store), { recursive: true, mode: 0o700 });
  const lock = takeLock(paths.store);
  try {
    return await rotatePublishing(paths, now);
  } finally {
    lock.release();
  }
}
