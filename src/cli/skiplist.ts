import { Command } from "commander";
import { type Access, tokenOf, withAccess } from "./shared/access.ts";
import { integerOption } from "./shared/options.ts";
import { print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface SkipRow {
  readonly hotkey: string;
  readonly until_block: number;
  readonly reason: string;
  readonly by: string;
}

function listCommand(): Command {
  return withAccess(new Command("list").description("List suspended hotkeys.")).action(
    async (options: Access) => {
      const answer = await ask<{ items: SkipRow[] }>(options.url, "/v1/admin/skiplist", {
        token: tokenOf(options),
      });
      const items = answer.items.map(({ hotkey, until_block, reason, by }) => ({
        hotkey,
        until_block,
        reason,
        by,
      }));
      print(options.json, items, () =>
        items.length === 0
          ? "no hotkey is suspended"
          : table([
              ["hotkey", "until block", "by", "reason"],
              ...items.map((row) => [row.hotkey, String(row.until_block), row.by, row.reason]),
            ]),
      );
    },
  );
}

function addCommand(): Command {
  return withAccess(new Command("add").description("Suspend a hotkey by hand; the reason is logged."))
    .argument("<hotkey>")
    .requiredOption("--tempos <count>", "length of the suspension in tempos", integerOption(1, 100_000))
    .requiredOption("--reason <text>", "the reason, which is logged and shown to the miner")
    .action(async (hotkey: string, options: Access & { tempos: number; reason: string }) => {
      const body = { hotkey, tempos: options.tempos, reason: options.reason };
      const row = await ask<SkipRow>(options.url, "/v1/admin/skiplist", {
        method: "POST",
        token: tokenOf(options),
        body,
      });
      print(options.json, row, () => `${row.hotkey} is suspended until block ${row.until_block}`);
    });
}

function releaseCommand(): Command {
  return withAccess(new Command("release").description("Lift the suspension of a hotkey."))
    .argument("<hotkey>")
    .action(async (hotkey: string, options: Access) => {
      const path = `/v1/admin/skiplist/${encodeURIComponent(hotkey)}`;
      const released = await ask<object>(options.url, path, { method: "DELETE", token: tokenOf(options) });
      print(options.json, released, () => `${hotkey} is released`);
    });
}

export function skiplistCommand(): Command {
  return new Command("skiplist")
    .description("List, suspend and release hotkeys of a running validator.")
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(releaseCommand())
    .addHelpText("after", "\nExample:\n  assay skiplist add 5Grw... --tempos 20 --reason 'answers resold'");
}
