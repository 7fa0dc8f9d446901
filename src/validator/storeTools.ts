import { join } from "node:path";
import { defaultConfig } from "../config/load.ts";
import type { Finding } from "../store/sqlite/guard/examine.ts";
import { checkStore } from "../store/sqlite/salvage/check.ts";
import { type SalvageReport, salvage } from "../store/sqlite/salvage/salvage.ts";
import { pathsOf } from "./paths.ts";

const storeOf = (dataDir: string): string => pathsOf(defaultConfig(), dataDir).store;

/** Everything that was found in the store of a data directory; changes nothing. */
export function checkStoreOf(dataDir: string): readonly Finding[] {
  return checkStore(storeOf(dataDir));
}

/** Makes a new store of what can be read; `out` null means the folder `salvaged` in the data directory. */
export function salvageStoreOf(dataDir: string, out: string | null): SalvageReport {
  return salvage(storeOf(dataDir), out ?? join(dataDir, "salvaged"));
}
