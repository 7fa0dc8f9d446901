import { dirname } from "node:path";
import { Command } from "commander";
import { exitCodes, print, table } from "./shared/output.ts";
import { copyCommand, migrateCommand, verifyCommand } from "./store/copy.ts";
import { rolesCommand } from "./store/roles.ts";

interface StoreOptions {
  readonly data: string;
  readonly out?: string;
  readonly json?: boolean;
}

type Tools = typeof import("../validator/storeTools.ts");
type Findings = ReturnType<Tools["checkStoreOf"]>;
type Report = ReturnType<Tools["salvageStoreOf"]>;

function withData(command: Command): Command {
  return command
    .option("--data <dir>", "data directory of the validator, which must not be running", "data")
    .option("--json", "print one JSON document");
}

function checkText(findings: Findings): string {
  const rows = findings.map(({ name, fault, detail, lost, warning }) => [
    fault === null ? (warning ? "WARN" : "ok") : "FAIL",
    name,
    lost === null ? detail : `${detail}; lost at most: ${lost}`,
  ]);
  return table(rows);
}

function checkCommand(): Command {
  return withData(
    new Command("check").description(
      "Examine the store in full: its log, pages, rows, hash chains, and what was acknowledged. Changes nothing.",
    ),
  ).action(async (options: StoreOptions) => {
    const { checkStoreOf } = await import("../validator/storeTools.ts");
    const findings = checkStoreOf(options.data);
    const whole = findings.every(({ fault }) => fault === null);
    print(options.json, { whole, findings }, () => checkText(findings));
    process.exitCode = whole ? exitCodes.done : exitCodes.failed;
  });
}

function salvageText(report: Report, data: string): string {
  const { file, tables, writesLost, doubtful, suspects, epochsDropped, voided, suspensionsRestored } = report;
  const rows = tables.map(({ table: name, kept, dropped, complete }) => [
    name,
    `${kept} rows kept`,
    `${dropped} unusable${complete ? "" : ", and an unknown number that cannot be read"}`,
  ]);
  return [
    table(rows),
    `acknowledged writes lost: ${writesLost ?? "unknown"}`,
    `tables with changed pages, whose values may be wrong: ${doubtful.length === 0 ? "none" : doubtful.join(", ")}`,
    `damaged log frames taken as they are: ${suspects}`,
    `epochs whose log was not whole, dropped: ${epochsDropped.length === 0 ? "none" : epochsDropped.join(", ")}`,
    `pending submissions that end void: ${voided}`,
    `suspensions made again from strikes: ${suspensionsRestored}`,
    `made ${file}; ${data} is as it was`,
    `next: move assay.db, assay.db-wal, assay.db.mark and assay.db.sums out of ${data},`,
    `      move the files of ${dirname(file)} there, and start`,
  ].join("\n");
}

function salvageCommand(): Command {
  return withData(
    new Command("salvage").description(
      "Make a new store of what can be read, and say what is lost. The damaged store is left as it is.",
    ),
  )
    .option(
      "--out <dir>",
      "folder for the new store, which must not exist (default: salvaged in the data directory)",
    )
    .action(async (options: StoreOptions) => {
      const { salvageStoreOf } = await import("../validator/storeTools.ts");
      const report = salvageStoreOf(options.data, options.out ?? null);
      print(options.json, report, () => salvageText(report, options.data));
    });
}

export function storeCommand(): Command {
  return new Command("store")
    .description("Check a validator's store, salvage a damaged one, or move it to PostgreSQL and back.")
    .addCommand(checkCommand())
    .addCommand(salvageCommand())
    .addCommand(copyCommand())
    .addCommand(verifyCommand())
    .addCommand(migrateCommand())
    .addCommand(rolesCommand())
    .addHelpText(
      "after",
      "\nExamples:\n  assay store check --data /var/lib/assay\n  assay store salvage --data /var/lib/assay --out /var/lib/assay-new",
    );
}
