import type { Log } from "../core/log.ts";
import { isDevelopmentUri } from "../keys/developmentUri.ts";
import { exposedMode } from "../keys/exposed.ts";
import type { Paths } from "./paths.ts";

/** The files of a validator that hold a secret. */
function secretFiles({ hotkey, publishing, secret, previousSecret, adminToken }: Paths): string[] {
  const files = [secret, publishing, adminToken];
  if (previousSecret !== null) files.push(previousSecret);
  if (!isDevelopmentUri(hotkey)) files.push(hotkey);
  return files;
}

export interface ExposedFile {
  readonly file: string;
  readonly mode: string;
}

/** Key files that others than their owner can read. */
export function exposedFiles(paths: Paths): ExposedFile[] {
  return secretFiles(paths).flatMap((file) => {
    const mode = exposedMode(file);
    return mode === null ? [] : [{ file, mode }];
  });
}

export function warnExposed(paths: Paths, log: Log): void {
  for (const { file, mode } of exposedFiles(paths))
    log.warn("key_file_exposed", { file, mode, remedy: `chmod 600 ${file}` });
}
