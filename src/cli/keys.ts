import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { pathsOf } from "../validator/paths.ts";
import { print } from "./shared/output.ts";
import { type SettingsOptions, settings, withSettings } from "./shared/settings.ts";

async function rotate(options: SettingsOptions & { readonly json?: boolean }): Promise<void> {
  const config = settings(options);
  const paths = pathsOf(config, options.data);
  const { rotateKeys } = await import("../validator/rotateKeys.ts");
  const { storeSource } = await import("../validator/storeSource.ts");
  const server = config.store.kind === "postgres" ? storeSource(config, paths) : null;
  const { retired, current, at } = await rotateKeys(paths, systemClock.nowMs(), server);
  const document = { retired, current, at, file: paths.publishing, list: paths.retired };
  print(options.json, document, () =>
    [
      `retired  ${retired}  at ${new Date(at).toISOString()}; its public half stays in ${paths.retired}`,
      `current  ${current}  in ${paths.publishing}, from the next start on`,
    ].join("\n"),
  );
}

const help = `
Stop the validator first. The new key signs from the next start on. /v1/keys goes on listing the old public key with its dates
(assay_from and assay_until, in Unix milliseconds), so that what it signed can still be verified; its private half is deleted.
If it was interrupted, run it again: it finishes what it began.

Example:
  assay keys rotate --data /var/lib/assay`;

export function keysCommand(): Command {
  const rotateCommand = withSettings(
    new Command("rotate").description(
      "Replace the publishing key, and keep the old public key with its dates.",
    ),
  )
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(rotate);
  return new Command("keys")
    .description("Rotate the publishing key of a stopped validator.")
    .addCommand(rotateCommand)
    .addHelpText("after", "\nExample:\n  assay keys rotate --data /var/lib/assay");
}
