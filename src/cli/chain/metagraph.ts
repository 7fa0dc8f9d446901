import { Command } from "commander";
import { fourDigits } from "../../core/figures.ts";
import type { MetagraphView } from "../../validator/chainTools.ts";
import { shortHash } from "../shared/hashes.ts";
import { print, table } from "../shared/output.ts";
import { type SettingsOptions, settings, withSettings } from "../shared/settings.ts";

const head = ["uid", "hotkey", "coldkey", "stake", "permit", "axon", "last update"];

function text({ network, netuid, block, tempo, owner_hotkey, neurons }: MetagraphView): string {
  const rows = neurons.map(({ uid, hotkey, coldkey, stake, permit, axon, last_update }) => [
    ...[String(uid), shortHash(hotkey), shortHash(coldkey), fourDigits(stake), permit ? "yes" : ""],
    axon ?? "-",
    last_update === 0 ? "never" : String(last_update),
  ]);
  const owner = owner_hotkey === null ? "" : `, owner ${owner_hotkey}`;
  return [
    `${shortHash(network)} / ${netuid} at block ${block}: ${neurons.length} neurons, tempo ${tempo}${owner}`,
    table([head, ...rows]),
  ].join("\n");
}

export function metagraphCommand(): Command {
  return withSettings(
    new Command("metagraph").description(
      "Show everyone on the subnet at one finalised block; --json has the addresses in full.",
    ),
  )
    .option("--json", "print one JSON document")
    .action(async (options: SettingsOptions & { json?: boolean }) => {
      const { metagraphOf } = await import("../../validator/chainTools.ts");
      const view = await metagraphOf({ config: settings(options), dataDir: options.data });
      print(options.json, view, () => text(view));
    });
}
