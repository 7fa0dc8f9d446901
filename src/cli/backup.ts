import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import { readVersion } from "../core/version.ts";
import { print } from "./shared/output.ts";
import { ProgressLine } from "./shared/progress.ts";
import { configFile, type SettingsOptions, settings, withSettings } from "./shared/settings.ts";

interface BackupCliOptions extends SettingsOptions {
  readonly to: string;
  readonly withKeys?: boolean;
  readonly json?: boolean;
}

type Report = Awaited<ReturnType<typeof import("../validator/backup/takeBackup.ts")["takeBackup"]>>;

const orNone = (value: number | null): string => (value === null ? "none" : `${value}`);

function backupText({ folder, taken_at, schema, files, left_out, watermarks, verified }: Report): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `backup   ${folder}, ${files.length} ${files.length === 1 ? "file" : "files"}, ${bytes} bytes, store schema ${schema}`,
    `taken at ${new Date(taken_at).toISOString()}; what is acknowledged later is not in it`,
    `reached  period ${orNone(watermarks.signed_period)} signed, epoch ${orNone(watermarks.last_epoch)} committed, epoch ${orNone(watermarks.last_revealed_epoch)} revealed`,
    `opened   integrity, rows, the logs of ${verified.epochs} epochs and ${verified.heads} signed heads are whole${verified.heads_unchecked > 0 ? ` (${verified.heads_unchecked} heads are of keys that are not here)` : ""}`,
    ...left_out.map((file) => `not in it: ${file}`),
  ].join("\n");
}

const help = `
The validator may run. The folder appears under its name once everything is in it and was opened and examined; its manifest has the
SHA-256 of each file. Without --with-keys it has the database alone: keep keys and secrets elsewhere. With it, anyone who has the
folder has the validator's keys.

A PostgreSQL store is copied into the file of an embedded one, in one snapshot; its own base backups are its server's business, see
docs/operations.md.

Example:
  assay backup --data /var/lib/assay --to /var/backups/assay/2026-01-31`;

export function backupCommand(): Command {
  return withSettings(
    new Command("backup").description(
      "Copy the store, and the keys if asked, into a new folder while the validator runs; opens and examines the copy.",
    ),
  )
    .requiredOption("--to <folder>", "the new folder; its parent should be on another disk")
    .option("--with-keys", "also the configuration, keys, secrets and marks of the data directory")
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(async (options: BackupCliOptions) => {
      const { takeBackup } = await import("../validator/backup/takeBackup.ts");
      const { data: dataDir, to, withKeys = false } = options;
      const line = new ProgressLine(systemClock, process.stderr);
      const watch = (done: number, of: number): void =>
        line.show({ share: Math.min(1, done / Math.max(1, of)), text: `${done} of ${of} copied` });
      const given = { config: settings(options), dataDir, configFile: configFile(options), to, withKeys };
      const report = await takeBackup(
        { ...given, program: readVersion() },
        { clock: systemClock, random: systemRandom, watch },
      ).finally(() => line.end());
      print(options.json, report, () => backupText(report));
    });
}
