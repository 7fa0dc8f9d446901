import { Command, Option } from "commander";
import { systemClock } from "../core/clock.ts";
import type { Readiness, Status } from "../http/handlers.ts";
import { timeText } from "./shared/blockTime.ts";
import { economicsRows } from "./shared/economicsRows.ts";
import { DEFAULT_URL } from "./shared/options.ts";
import { print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";
import { watchHere } from "./shared/watchOverview.ts";

function lines(status: Status, ready: Readiness): string {
  const rows = [
    ["version", status.version],
    ["network", `${status.network} / ${status.netuid}`],
    ["validator", status.validator],
    ["time", timeText(systemClock.nowMs())],
    ["block", `${status.block ?? "unknown"} (tempo ${status.tempo})`],
    ["epoch", `${status.epoch}`],
    ["gate", `${status.gate.used} of ${status.gate.slots} slots used, ${status.gate.waiting} waiting`],
    ...status.lanes.map((lane) => [
      `lane ${lane.name}`,
      `${lane.mode}, rate ${lane.rate}, penalty ${lane.penalty}`,
    ]),
    ...economicsRows(status.economics),
    ...ready.checks.map((check) => [
      `ready: ${check.name}`,
      `${check.ok ? "ok" : "NOT OK"} ${check.detail ?? ""}`,
    ]),
  ];
  return table(rows);
}

export function statusCommand(): Command {
  return new Command("status")
    .description("Show the state of a running validator.")
    .option("--url <url>", "the validator", DEFAULT_URL)
    .option("--watch", "show the overview and follow it, until interrupted")
    .addOption(new Option("--json", "print one JSON document").conflicts("watch"))
    .addHelpText("after", "\nExamples:\n  assay status --url http://127.0.0.1:8420\n  assay status --watch")
    .action(async (options: { url: string; json?: boolean; watch?: boolean }) => {
      if (options.watch) return watchHere(options.url);
      const status = await ask<Status>(options.url, "/v1/status");
      // A validator that is not ready answers 503 with the same document.
      const { ready, checks } = await ask<Readiness>(options.url, "/readyz", { readsToo: 503 });
      const readiness = { ready, checks };
      print(options.json, { ...status, readiness }, () => lines(status, readiness));
    });
}
