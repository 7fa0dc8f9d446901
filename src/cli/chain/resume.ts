import { Command } from "commander";
import type { ChainWeightsView } from "../../http/handlers.ts";
import { type Access, tokenOf, withAccess } from "../shared/access.ts";
import { print } from "../shared/output.ts";
import { ask } from "../shared/remote.ts";

function text({ plans, waits, retry_at, alarms }: ChainWeightsView): string {
  const again = retry_at === null ? "" : `; it can be tried again in block ${retry_at}`;
  const open = plans.map(({ period, state }) => `${period} (${state})`).join(", ");
  return [
    `weights go on; open periods: ${open === "" ? "none" : open}`,
    ...(waits === null ? [] : [`waiting: ${waits}${again}`]),
    ...alarms.map((alarm) => `alarm at the last block: ${alarm.code}: ${alarm.text}`),
  ].join("\n");
}

export function resumeCommand(): Command {
  return withAccess(
    new Command("resume").description(
      "Let a running validator go on with its weights after an alarm that stopped them.",
    ),
  )
    .requiredOption("--reason <text>", "the reason, which is recorded and logged")
    .action(async (options: Access & { reason: string }) => {
      const view = await ask<ChainWeightsView>(options.url, "/v1/admin/chain/resume", {
        method: "POST",
        token: tokenOf(options),
        body: { reason: options.reason },
      });
      print(options.json, view, () => text(view));
    });
}
