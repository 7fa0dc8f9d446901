import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { DrainState } from "../http/routes/drainSchemas.ts";
import { type Access, tokenOf, withAccess } from "./shared/access.ts";
import { integerOption } from "./shared/options.ts";
import { print } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface DrainOptions extends Access {
  readonly reason: string;
  readonly undo?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

const path = "/v1/admin/drain";
const LOOK_MS = 200;

function isEmpty({ open: { submissions, jobs, proofs } }: DrainState): boolean {
  return submissions === 0 && jobs === 0 && proofs === 0;
}

function text(state: DrainState): string {
  if (!state.draining) return "the validator takes new work";
  const { submissions, jobs, proofs } = state.open;
  const left = `${submissions} submissions, ${jobs} jobs and ${proofs} proofs are open`;
  return `the validator takes no new work; ${isEmpty(state) ? "nothing is open, and it can be stopped" : left}`;
}

/** Looks until nothing is open. Throws `failed` when the time is over, or when somebody undid the drain. */
async function emptied(options: DrainOptions): Promise<DrainState> {
  const until = systemClock.monotonicMs() + options.timeout * 1000;
  for (;;) {
    const state = await ask<DrainState>(options.url, path, { token: tokenOf(options) });
    if (!state.draining)
      throw new AssayError({
        code: "failed",
        message: "the drain was undone, or the validator was restarted",
      });
    if (isEmpty(state)) return state;
    if (systemClock.monotonicMs() >= until)
      throw new AssayError({
        code: "failed",
        message: `after ${options.timeout} s ${text(state)}; it still drains: wait on with --wait, or end the drain with --undo`,
      });
    await sleep(LOOK_MS);
  }
}

async function run(options: DrainOptions): Promise<void> {
  const token = tokenOf(options);
  const order = options.undo ? { method: "DELETE" } : { method: "POST", body: { reason: options.reason } };
  const begun = await ask<DrainState>(options.url, path, { ...order, token });
  const state = options.wait && !options.undo ? await emptied(options) : begun;
  print(options.json, state, () => text(state));
}

export function drainCommand(): Command {
  return withAccess(
    new Command("drain").description("Let a running validator take no new work, and end what it has."),
  )
    .option("--reason <text>", "the reason, which is logged", "assay drain")
    .option("--wait", "return when nothing that was acknowledged is open in its memory")
    .option("--timeout <seconds>", "with --wait: the longest wait", integerOption(1, 86_400), 300)
    .option("--undo", "end the drain: the validator takes new work again")
    .addHelpText(
      "after",
      `
Submissions and customers' jobs are refused with 503 draining, no jobs are sent to miners, and /readyz fails, so that a
balancer goes elsewhere. Verdicts, ends of jobs, epochs and weights go on. The order lasts until --undo or the end of the
process: a new process takes work at once. It is for the process that answers; where several share a store, \`assay nodes
drain\` also gives its work to the others and stops it.

Examples:
  assay drain --wait --reason 'upgrade to 0.2' && systemctl restart assay && assay ready --wait
  assay drain --undo`,
    )
    .action(run);
}
