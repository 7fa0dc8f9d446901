import { statSync } from "node:fs";

/** The mode of a file that others than its owner can read or write, such as `0644`; null where none can, or where there are no modes. */
export function exposedMode(file: string): string | null {
  if (process.platform === "win32") return null;
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || (mode & 0o077) === 0) return null;
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
