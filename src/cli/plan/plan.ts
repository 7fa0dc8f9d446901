import { readFileSync } from "node:fs";
import { Command } from "commander";
import { parse } from "yaml";
import { nearest } from "../../config/nearest.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { plan } from "../../economics/plan.ts";
import { type PlanField, type PlanKey, type PlanTexts, planFields } from "../../economics/planner/fields.ts";
import { planPage } from "../../economics/planner/planPage.ts";
import { note, print } from "../shared/output.ts";
import { capacityCommand } from "./capacity.ts";
import { liveInputs } from "./liveInputs.ts";
import { writePage } from "./pageFile.ts";
import { planPageHtml } from "./planPageHtml.ts";
import { planText } from "./planText.ts";
import { readPlan } from "./readPlan.ts";
import { sourced, sourceText } from "./sources.ts";

type PlanOptions = {
  readonly file?: string;
  readonly from?: string;
  readonly json?: boolean;
  readonly html?: string;
} & Readonly<Record<string, unknown>>;

const fields = Object.entries(planFields) as [PlanKey, PlanField][];

/** A YAML value as its flag would write it: lists with commas, mappings as `name:value`. */
function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(",");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([name, part]) => `${name}:${String(part)}`)
      .join(",");
  return String(value);
}

function inputsOfFile(file: string): PlanTexts {
  let tree: unknown;
  try {
    tree = parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    throw new AssayError({ code: "file_unreadable", file, cause_text: causeText(error) });
  }
  if (typeof tree !== "object" || tree === null || Array.isArray(tree))
    throw new AssayError({ code: "usage", message: `${file}: not a YAML mapping` });
  const unknown = Object.keys(tree).filter((key) => !Object.hasOwn(planFields, key));
  if (unknown.length > 0) {
    const told = unknown.map(
      (key) => `${key}: unknown key; did you mean ${nearest(key, Object.keys(planFields))}?`,
    );
    throw new AssayError({ code: "usage", message: `${file}: ${told.join("; ")}` });
  }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, written(value)]));
}

const camel = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function inputsOfFlags(options: Readonly<Record<string, unknown>>): PlanTexts {
  return Object.fromEntries(
    fields.flatMap(([key]) => {
      const value = options[camel(key)];
      return typeof value === "string" ? [[key, value]] : [];
    }),
  );
}

function withFields(command: Command): Command {
  for (const [key, { value, text, usual }] of fields) {
    const told = usual === null ? text : `${text} (default: ${usual})`;
    command.option(`--${key.replaceAll("_", "-")} <${value}>`, told);
  }
  return command;
}

export function planCommand(): Command {
  const command = new Command("plan").description(
    "Compute whether cheating pays: what a cheat gains, what it costs, and what decides between the two.",
  );
  return withFields(command)
    .addCommand(capacityCommand())
    .option(
      "--file <file>",
      "the same inputs in YAML, with underscores (income_per_day: 0.02); flags override it",
    )
    .option(
      "--from <url>",
      "take stakes, income, volume and settings from a running validator; flags and the file override them",
    )
    .option(
      "--html <file>",
      "also write an HTML page with the tables and a plot; an existing file is replaced",
    )
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      `
All amounts are in one unit, for example TAO. Without --from nothing is read from a running validator.

Examples:
  assay plan
  assay plan --rate 20/500 --jobs-per-tempo 7000 --before budget:20@7000,strikes:3,tempos:5
  assay plan --stakes 60,30,10 --ours 1 --income-per-day 0.5 --gain 2e-4 --margin 0.1 --json
  assay plan --file plan.yaml --factor 10
  assay plan --from http://127.0.0.1:8420 --margin 0.1
  assay plan --html plan.html`,
    )
    .action(async (options: PlanOptions) => {
      const file = options.file === undefined ? {} : inputsOfFile(options.file);
      const given = { ...file, ...inputsOfFlags(options) };
      const from = options.from === undefined ? null : sourced(await liveInputs(options.from, given), given);
      const inputs = readPlan({ ...from?.live, ...given });
      const document = plan(inputs);
      if (options.html !== undefined) {
        writePage(options.html, await planPageHtml(planPage(inputs, document)));
        note(`page written to ${options.html}`);
      }
      const whole = from === null ? document : { ...document, from };
      print(options.json, whole, () =>
        [...(from === null ? [] : [sourceText(from)]), planText(document)].join("\n\n"),
      );
    });
}
