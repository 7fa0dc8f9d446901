import { Command } from "commander";
import { type Access, tokenOf, withAccess } from "./shared/access.ts";
import { print } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface ClockState {
  readonly trusted: boolean;
  readonly now_ms: number;
  readonly ahead_ms: number;
}

function text({ trusted, now_ms, ahead_ms }: ClockState): string {
  const now = new Date(now_ms).toISOString();
  if (trusted) return `the validator believes its clock: ${now}`;
  const off = `${Math.round(Math.abs(ahead_ms) / 1000)} s ${ahead_ms > 0 ? "ahead of" : "behind"}`;
  return `the validator does not believe its clock: ${now} is ${off} the expected time. If it is right, run \`assay clock accept --reason TEXT\``;
}

const path = "/v1/admin/clock";

export function clockCommand(): Command {
  const show = withAccess(new Command("show").description("Show whether the validator believes its clock."));
  show.action(async (options: Access) => {
    const state = await ask<ClockState>(options.url, path, { token: tokenOf(options) });
    print(options.json, state, () => text(state));
  });
  const accept = withAccess(
    new Command("accept").description("Say that the validator's wall clock is right."),
  );
  accept
    .requiredOption("--reason <text>", "the reason, which is logged")
    .action(async (options: Access & { reason: string }) => {
      const body = { accept: true, reason: options.reason };
      const state = await ask<ClockState>(options.url, path, {
        method: "POST",
        token: tokenOf(options),
        body,
      });
      print(options.json, state, () => text(state));
    });
  return new Command("clock")
    .description("The clock of a running validator, after it stepped.")
    .addCommand(show)
    .addCommand(accept)
    .addHelpText("after", "\nExample:\n  assay clock accept --reason 'set by hand after a battery change'");
}
