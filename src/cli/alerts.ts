import { Command, InvalidArgumentError } from "commander";
import { type Access, tokenOf, withAccess } from "./shared/access.ts";
import { exitCodes, print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface AlertRow {
  readonly rule: string;
  readonly severity: string;
  readonly state: string;
  readonly text: string;
  readonly runbook: string;
  readonly since: number | null;
  readonly resolved_at: number | null;
  readonly muted_until: number | null;
}

interface EventRow {
  readonly at: number;
  readonly rule: string;
  readonly what: string;
  readonly text: string;
}

interface AlertDocument {
  readonly items: readonly AlertRow[];
  readonly history: readonly EventRow[];
}

interface TestedRow {
  readonly sink: string;
  readonly kind: string;
  readonly ok: boolean;
  readonly status: number | null;
  readonly error: string | null;
}

const path = "/v1/admin/alerts";
const SHOWN_EVENTS = 10;

const utc = (ms: number | null): string =>
  ms === null ? "" : new Date(ms).toISOString().slice(0, 19).replace("T", " ");

function listText({ items, history }: AlertDocument): string {
  if (items.length === 0 && history.length === 0) return "no alert is pending or firing, and none was before";
  const alerts = items.map((row) => [
    row.state,
    row.severity,
    row.rule,
    utc(row.since),
    utc(row.muted_until),
  ]);
  const texts = items
    .filter(({ state }) => state !== "resolved")
    .map((row) => `${row.rule}: ${row.text}\n  see ${row.runbook}`);
  const events = history.slice(0, SHOWN_EVENTS).map((row) => [utc(row.at), row.what, row.rule, row.text]);
  return [
    ...(items.length === 0
      ? []
      : [table([["state", "severity", "rule", "since (UTC)", "muted until (UTC)"], ...alerts])]),
    ...texts,
    ...(events.length === 0 ? [] : [table([["at (UTC)", "what", "rule", "text"], ...events])]),
  ].join("\n\n");
}

function listCommand(): Command {
  return withAccess(
    new Command("list").description(
      "List what is pending, fires, is muted or was resolved, and what happened last.",
    ),
  ).action(async (options: Access) => {
    const found = await ask<AlertDocument>(options.url, path, { token: tokenOf(options) });
    print(options.json, found, () => listText(found));
  });
}

const units: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, h: 60, d: 1440 };

/** Minutes of `30m`, `2h` or `1d`. */
export function minutesOf(text: string): number {
  const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const minutes = Number(count) * (units[unit] ?? 0);
  if (minutes > 0 && minutes <= 43_200) return minutes;
  throw new InvalidArgumentError("give a time up to 30 days, such as 30m, 2h or 1d.");
}

function muteCommand(): Command {
  return withAccess(new Command("mute").description("Tell nobody of a rule for a time."))
    .argument("<rule>", "name of the rule, as `assay alerts list` and docs/runbook.md show it")
    .requiredOption("--for <time>", "how long, such as 30m, 2h or 1d", minutesOf)
    .requiredOption("--reason <text>", "the reason, which the history keeps")
    .action(async (rule: string, options: Access & { for: number; reason: string }) => {
      const body = { rule, minutes: options.for, reason: options.reason };
      const mute = await ask<{ rule: string; until: number }>(options.url, `${path}/mutes`, {
        ...{ method: "POST", token: tokenOf(options), body },
      });
      print(options.json, mute, () => `${mute.rule} is muted until ${utc(mute.until)} UTC`);
    });
}

function unmuteCommand(): Command {
  return withAccess(new Command("unmute").description("End the mute of a rule."))
    .argument("<rule>")
    .action(async (rule: string, options: Access) => {
      const ended = await ask<object>(options.url, `${path}/mutes/${encodeURIComponent(rule)}`, {
        ...{ method: "DELETE", token: tokenOf(options) },
      });
      print(options.json, ended, () => `${rule} is not muted any more`);
    });
}

function testedText(items: readonly TestedRow[]): string {
  if (items.length === 0)
    return "no sink is configured; observe.alerts.sinks of the configuration names them";
  const rows = items.map(({ sink, kind, ok, status, error }) => [
    ...[sink, kind, ok ? "delivered" : "failed", status === null ? "" : `${status}`, error ?? ""],
  ]);
  return table([["sink", "kind", "result", "status", "answer"], ...rows]);
}

function testCommand(): Command {
  return withAccess(
    new Command("test").description("Send a test through every sink, and show what each receiver answered."),
  ).action(async (options: Access) => {
    const { items } = await ask<{ items: TestedRow[] }>(options.url, `${path}/test`, {
      ...{ method: "POST", token: tokenOf(options) },
    });
    print(options.json, { items }, () => testedText(items));
    if (items.some(({ ok }) => !ok)) process.exitCode = exitCodes.failed;
  });
}

export function alertsCommand(): Command {
  return new Command("alerts")
    .description("The alerts of a running validator: list, mute, unmute, test.")
    .addCommand(listCommand())
    .addCommand(muteCommand())
    .addCommand(unmuteCommand())
    .addCommand(testCommand())
    .addHelpText(
      "after",
      `
docs/runbook.md says what each rule means and what to do. observe.alerts of the configuration says who is told.

Examples:
  assay alerts list
  assay alerts mute store_slow --for 2h --reason 'the disk is being replaced'
  assay alerts test`,
    );
}
