import { join } from "node:path";
import { defaultConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { type Clock, systemClock } from "../../../src/core/clock.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { restoreBackup } from "../../../src/validator/backup/restoreBackup.ts";
import { takeBackup } from "../../../src/validator/backup/takeBackup.ts";
import { removeDir, temporaryDir } from "../validator/validator.ts";

/** A data directory, and backups of it in a folder beside it. */
export class Backups {
  readonly #dir = temporaryDir();
  readonly data = join(this.#dir, "data");
  readonly store = join(this.data, "assay.db");
  #made = 0;

  folder(name: string): string {
    return join(this.#dir, name);
  }

  take(config: Config = defaultConfig()) {
    const given = { config, dataDir: this.data, configFile: null, to: this.folder(`backup-${++this.#made}`) };
    return takeBackup(
      { ...given, withKeys: false, program: "0.0.0" },
      { clock: systemClock, random: systemRandom, watch: () => {} },
    );
  }

  restore(from: string, to = "restored", clock: Clock = systemClock) {
    return restoreBackup({ config: defaultConfig(), from, dataDir: this.folder(to), force: false }, clock);
  }

  remove(): void {
    removeDir(this.#dir);
  }
}

export async function withBackups(work: (backups: Backups) => Promise<void>): Promise<void> {
  const backups = new Backups();
  try {
    await work(backups);
  } finally {
    backups.remove();
  }
}
