import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { span } from "../core/figures.ts";
import type { Status, WeightPlanPage, WeightPlanSummary } from "../http/handlers.ts";
import { shortHash } from "./shared/hashes.ts";
import { DEFAULT_URL, integerOption } from "./shared/options.ts";
import { print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

const head = ["period", "state", "method", "planned", "submitted", "committed", "revealed", "ended", "age"];

function row(plan: WeightPlanSummary, nowMs: number): string[] {
  const { planned, submitted, committed, revealed, confirmed, missed } = plan.blocks;
  const blocks = [planned, submitted, committed, revealed, confirmed ?? missed];
  return [
    ...[String(plan.period), plan.state, plan.method ?? "-"],
    ...blocks.map((block) => String(block ?? "-")),
    span(Math.max(0, nowMs - plan.changed_at)),
    plan.extrinsic === null ? "-" : shortHash(plan.extrinsic),
  ];
}

/** One line per period, with the block at which each state was reached; why a plan waits or was missed stands below. */
export function timelineText(plans: readonly WeightPlanSummary[], nowMs: number): string {
  if (plans.length === 0)
    return "no weights were handed to a chain: the local chain keeps none, and on another one the first period is not over yet";
  const rows = table([[...head, "extrinsic"], ...plans.map((plan) => row(plan, nowMs))]).split("\n");
  const reasons = plans.map(({ reason }) => (reason === null ? [] : [`  ${reason}`]));
  return [rows[0] ?? "", ...plans.flatMap((_, i) => [rows[i + 1] ?? "", ...(reasons[i] ?? [])])].join("\n");
}

interface TimelineOptions {
  readonly url: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function timelineCommand(): Command {
  return new Command("timeline")
    .description("Show how the weights of each period came to the chain: states, blocks, reasons.")
    .option("--url <url>", "the validator", DEFAULT_URL)
    .option("--limit <count>", "number of periods, the latest first", integerOption(1, 100), 20)
    .option("--json", "print one JSON document")
    .action(async ({ url, limit, json }: TimelineOptions) => {
      const { items } = await ask<WeightPlanPage>(url, `/v1/weights?limit=${limit}`);
      const { block } = await ask<Status>(url, "/v1/status");
      const nowMs = systemClock.nowMs();
      print(json, { block, items }, () => timelineText(items, nowMs));
    });
}
