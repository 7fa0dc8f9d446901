import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { Metrics } from "../../core/metrics.ts";
import { DiskWatch } from "../../observe/disk/diskWatch.ts";
import { pathsOf } from "../paths.ts";
import type { StartModules, StartOptions } from "../startOptions.ts";
import { Drain } from "./drain.ts";
import { Intake } from "./intake.ts";

/** What decides whether new work is taken. */
export interface IntakeParts {
  readonly disk: DiskWatch;
  readonly intake: Intake;
}

/** The store's file may be a link to another disk. */
function folderOf(store: string, dataDir: string): string {
  return existsSync(store) ? dirname(realpathSync(store)) : dataDir;
}

/** After the store was opened. */
export async function openIntake(
  { config, dataDir }: StartOptions,
  modules: StartModules & { readonly metrics: Metrics },
): Promise<IntakeParts> {
  const isStoreOnDisk = config.store.kind === "sqlite";
  const dir = folderOf(pathsOf(config, dataDir).store, dataDir);
  const disk = await DiskWatch.open({ dir, reserve: config.observe.disk_reserve }, modules);
  const { metrics } = modules;
  return { disk, intake: new Intake({ drain: new Drain(modules), disk, isStoreOnDisk, metrics }) };
}
