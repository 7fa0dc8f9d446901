import { Command } from "commander";
import type { DoctorFinding } from "../validator/finding.ts";
import { exitCodes, print, table } from "./shared/output.ts";
import { configFile, type SettingsOptions, withSettings } from "./shared/settings.ts";

function text(findings: readonly DoctorFinding[]): string {
  return table(
    findings.map(({ name, state, detail }) => [state === "ok" ? "ok" : state.toUpperCase(), name, detail]),
  );
}

export function doctorCommand(): Command {
  return withSettings(
    new Command("doctor").description(
      "Check a data directory and this machine; exit 1 when the validator would not start.",
    ),
  )
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nIt runs the checks of a start one by one. Beside a running validator it only reads the store, and does not look for damage.\n\nExample:\n  assay doctor --data /var/lib/assay",
    )
    .action(async (options: SettingsOptions & { json?: boolean }) => {
      const { examine } = await import("../validator/doctor.ts");
      const findings = await examine({
        dataDir: options.data,
        configFile: configFile(options),
        env: process.env,
      });
      const healthy = findings.every((finding) => finding.state !== "fail");
      print(options.json, { healthy, findings }, () => text(findings));
      process.exitCode = healthy ? exitCodes.done : exitCodes.failed;
    });
}
