import { Command } from "commander";
import { demoOverride } from "../demo/settings.ts";
import { print, table } from "./shared/output.ts";
import { type SettingsOptions, settings, withSettings } from "./shared/settings.ts";

interface AdoptFlags extends SettingsOptions {
  readonly demo?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

async function run(flags: AdoptFlags): Promise<void> {
  const { adopt } = await import("../validator/adopt.ts");
  const demo = flags.demo ?? false;
  const config = settings(flags, (raw) => {
    if (demo) demoOverride(raw);
  });
  const yes = flags.yes ?? false;
  const changes = await adopt({ config, dataDir: flags.data, demo, yes });
  const adopted = yes && changes.length > 0;
  print(flags.json, { adopted, changes }, () => {
    if (changes.length === 0)
      return "nothing to adopt: the store belongs to this configuration and these keys";
    const rows = changes.map(({ what, pinned, present }) => [what, pinned, present]);
    const done = adopted
      ? "adopted, and recorded in the store"
      : "nothing was changed; assay adopt --yes takes this over";
    return `${table([["", "the store has", "this start"], ...rows])}\n${done}`;
  });
}

export function adoptCommand(): Command {
  return withSettings(
    new Command("adopt").description(
      "Show how the store's identity (hotkey, keys, network, chain, height) differs from configuration and keys; with --yes take that over.",
    ),
  )
    .option("--demo", "as a start with --demo would be")
    .option("--yes", "take it over")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nA store remembers what it belongs to, and a start with something else is refused. Stop the validator first.\n\nExample:\n  assay adopt --data /var/lib/assay --yes",
    )
    .action(run);
}
