import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { customerStates } from "../flow/job.ts";
import { type Access, tokenOf, withAccess } from "./shared/access.ts";
import { integerOption, wordOption } from "./shared/options.ts";
import { print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface JobRow {
  readonly job_id: string;
  readonly client_key: string;
  readonly kind: string;
  readonly state: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly deadline_at: number | null;
  readonly code: string | null;
}

interface PutOptions extends Access {
  readonly lane: string;
  readonly kind: string;
  readonly input: unknown;
  readonly key: string;
  readonly deadline?: number;
}

/** The longest name of a job in a table; client keys are longer. */
const KEY_WIDTH = 40;

const timeOf = (ms: number | null): string => (ms === null ? "-" : new Date(ms).toISOString());

function line(job: JobRow): string {
  const why = job.code === null ? "" : ` (${job.code})`;
  return `${job.job_id}  ${job.state}${why}  attempts ${job.attempts}  deadline ${timeOf(job.deadline_at)}`;
}

/** JSON, or `@FILE` with JSON in it, which keeps private inputs out of the list of processes. */
function inputOf(text: string): unknown {
  try {
    return JSON.parse(text.startsWith("@") ? readFileSync(text.slice(1), "utf8") : text) as unknown;
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON, or @FILE with JSON in it: ${causeText(error)}.`);
  }
}

function listCommand(): Command {
  return withAccess(new Command("list").description("List jobs in the order in which they were put in."))
    .option(
      "--state <state>",
      `only jobs in this state: ${customerStates.join(", ")}`,
      wordOption(...customerStates),
    )
    .option("--after <id>", "only jobs that were put in after this one")
    .option("--limit <count>", "at most N jobs", integerOption(1, 500), 100)
    .action(async (options: Access & { state?: string; after?: string; limit: number }) => {
      const query = new URLSearchParams({ limit: String(options.limit) });
      for (const name of ["state", "after"] as const)
        if (options[name] !== undefined) query.set(name, options[name]);
      const page = await ask<{ items: JobRow[]; next_after: string | null }>(
        options.url,
        `/v1/jobs?${query}`,
        {
          token: tokenOf(options),
        },
      );
      const rows = page.items.map(({ job_id, client_key, kind, state, attempts, created_at, code }) => [
        ...[job_id, client_key.slice(0, KEY_WIDTH), kind, state, String(attempts), timeOf(created_at)],
        code ?? "-",
      ]);
      print(options.json, page, () => {
        if (rows.length === 0) return "no such jobs";
        const more = page.next_after === null ? "" : `\nmore: --after ${page.next_after}`;
        return table([["job", "client key", "kind", "state", "attempts", "put in", "code"], ...rows]) + more;
      });
    });
}

function showCommand(): Command {
  return withAccess(new Command("show").description("Print one job with its answer, as JSON."))
    .argument("<id>")
    .action(async (id: string, options: Access) => {
      const job = await ask<JobRow>(options.url, `/v1/jobs/${encodeURIComponent(id)}`, {
        token: tokenOf(options),
      });
      print(true, job, () => "");
    });
}

function cancelCommand(): Command {
  return withAccess(new Command("cancel").description("Cancel a queued job."))
    .argument("<id>")
    .action(async (id: string, options: Access) => {
      const path = `/v1/jobs/${encodeURIComponent(id)}`;
      const job = await ask<JobRow>(options.url, path, { method: "DELETE", token: tokenOf(options) });
      print(options.json, job, () => line(job));
    });
}

function putCommand(): Command {
  return withAccess(
    new Command("put").description("Put in a job; the same job under the same key again is the same job."),
  )
    .requiredOption("--kind <kind>", "kind of work, such as a circuit")
    .requiredOption("--input <json|@file>", "inputs by name", inputOf)
    .requiredOption("--key <text>", "your own name for the job")
    .option("--lane <lane>", "push lane", "groth16")
    .option("--deadline <seconds>", "when it ends unanswered", integerOption(1, 604_800))
    .action(async (options: PutOptions) => {
      if (options.key.length === 0) throw new AssayError({ code: "usage", message: "--key: it is empty" });
      const { lane, kind, input, key, deadline } = options;
      const body = { lane, kind, input, client_key: key, ...(deadline && { deadline_s: deadline }) };
      const job = await ask<JobRow>(options.url, "/v1/jobs", {
        method: "POST",
        token: tokenOf(options),
        body,
      });
      print(options.json, job, () => line(job));
    });
}

export function jobsCommand(): Command {
  return new Command("jobs")
    .description("Put in, list, show and cancel customers' jobs of a running validator.")
    .addCommand(putCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(cancelCommand())
    .addHelpText(
      "after",
      '\nA customer names the file of its own token with --token-file.\n\nExample:\n  assay jobs put --kind hash-chain --input \'{"x":"7"}\' --key order-1',
    );
}
