import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { systemRandom } from "../core/random.ts";
import { print } from "./shared/output.ts";
import { type SettingsOptions, settings, withSettings } from "./shared/settings.ts";

interface RestoreCliOptions extends SettingsOptions {
  readonly from?: string;
  readonly force?: boolean;
  readonly inPlace?: boolean;
  readonly json?: boolean;
}

type Report = Awaited<ReturnType<typeof import("../validator/backup/restoreBackup.ts")["restoreBackup"]>>;

const iso = (ms: number): string => new Date(ms).toISOString();

const heldBack =
  "held back: vectors of periods up to the one under way at the next start, and epochs that are not in the backup until those committed before are over";

function next({ source }: Report, data: string): string {
  if (source === "sqlite") return `next: assay doctor --data ${data}, then assay up --data ${data}`;
  return `next: it is a copy of a PostgreSQL store; assay store copy --data ${data} --to postgres puts it into an empty database, or set store.kind to sqlite`;
}

function restoreText(report: Report, data: string): string {
  const { store, taken_at, restored, kept, moved_to, lost, verified, signed_period } = report;
  return [
    `restored ${store} as of ${iso(taken_at)}: ${restored.join(", ")}`,
    `opened: integrity, rows, the logs of ${verified.epochs} epochs and ${verified.heads} signed heads are whole`,
    `lost: submissions, strikes and vectors acknowledged from ${iso(lost.from)} to ${iso(lost.to)}; miners may send these answers again while their challenges last`,
    ...(signed_period === null ? [] : [`signed before, as far as anything tells: period ${signed_period}`]),
    heldBack,
    ...kept.map(
      (path) =>
        `kept ${path}, which differs from the backup's; if that one is meant, move this one away and restore again`,
    ),
    ...(moved_to === null ? [] : [`moved the store that was there to ${moved_to}`]),
    next(report, data),
  ].join("\n");
}

const help = `
The validator that had the store must never run again: stop it, or be sure that its machine is gone. Everything in the backup is compared
with its manifest, opened and examined before anything is put in place. Keys and configuration that are there stay as they are.

What was acknowledged after the backup is lost with the disk that had it. A PostgreSQL store with a synchronous standby loses nothing.

With --in-place nothing is copied: the store was put back by other tools (a snapshot of the disk, or PostgreSQL's recovery to a point in
time), and has to be told so before the validator starts on it.

Examples:
  assay restore --from /var/backups/assay/2026-01-31 --data /var/lib/assay
  assay restore --in-place --data /var/lib/assay`;

export function restoreCommand(): Command {
  return withSettings(
    new Command("restore").description(
      "Put a backup back. The validator then signs no second vector of a period, and draws under no commitment made anew.",
    ),
  )
    .option("--from <folder>", "the folder that `assay backup` made")
    .option("--force", "move a store that is there aside")
    .option(
      "--in-place",
      "the store was put back by other tools: only make the next start hold back what they cannot know",
    )
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(async (options: RestoreCliOptions) => {
      const { from, data: dataDir, force = false, inPlace = false, json } = options;
      if ((from === undefined) !== inPlace)
        throw new AssayError({ code: "usage", message: "give either --from or --in-place" });
      const config = settings(options);
      if (from === undefined) {
        const { markRestored } = await import("../validator/backup/markRestored.ts");
        const marked = await markRestored({ config, dataDir }, { clock: systemClock, random: systemRandom });
        print(json, marked, () => `${marked.store} is taken for a copy from now on\n${heldBack}`);
        return;
      }
      const { restoreBackup } = await import("../validator/backup/restoreBackup.ts");
      const report = await restoreBackup({ config, from, dataDir, force }, systemClock);
      print(json, report, () => restoreText(report, dataDir));
    });
}
