import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { AssayError } from "../core/problems/assayError.ts";
import { integerOption } from "./shared/options.ts";
import { note, print, table } from "./shared/output.ts";

const names = [
  "recover",
  "generate",
  "check",
  "draw",
  "groth16",
  "submit",
  "dispatch",
  "sim",
  "memory",
  "stream-memory",
  "rest",
  "audit",
  "abuse",
  "chain",
  "scale",
  "soak",
  "page",
] as const;

interface Report {
  readonly bench: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly machine: Readonly<Record<string, string | number>>;
}

interface BenchModule {
  run(options: {
    seconds: number;
    clients: number;
    hotkeys: number;
    scheme: string;
    sessions?: boolean;
    store: string;
    progress: (line: string) => void;
  }): Promise<Report>;
}

async function load(name: string): Promise<BenchModule> {
  const file = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const module = new URL(`../../bench/${file}.ts`, import.meta.url);
  if (!(names as readonly string[]).includes(name))
    throw new AssayError({
      code: "usage",
      message: `there is no benchmark "${name}"; choose one of: ${names.join(", ")}`,
    });
  if (!existsSync(module))
    throw new AssayError({
      code: "failed",
      message: "an installed package has no benchmarks; run this command from a checkout of the repository",
    });
  return (await import(module.href)) as BenchModule;
}

function text(report: Report): string {
  const section = (title: string, rows: Readonly<Record<string, string | number>>) =>
    `${title}\n${table(Object.entries(rows).map(([key, value]) => [`  ${key}`, String(value)]))}`;
  return [
    section(`bench ${report.bench}`, report.figures),
    section("ratios", report.ratios),
    section("machine", report.machine),
  ].join("\n");
}

export function benchCommand(): Command {
  return new Command("bench")
    .description(
      "Run a benchmark: it prints its figures beside a lower bound or an alternative measured in the same run.",
    )
    .argument("<name>", names.join(", "))
    .option("--seconds <count>", "how long to apply load (submit, dispatch)", integerOption(1, 3600), 10)
    .option("--clients <count>", "concurrent clients (submit)", integerOption(1, 4096), 64)
    .option("--hotkeys <count>", "hotkeys in rotation (submit)", integerOption(1, 65_536), 256)
    .addOption(
      new Option("--scheme <name>", "scheme of the ids (submit); indexed is measured beside sealed")
        .choices(["sealed", "indexed"])
        .default("sealed"),
    )
    .option("--sessions", "sign with keys of sessions, beside hotkeys (submit)")
    .addOption(
      new Option("--store <kind>", "store of the validator (submit); postgres is measured beside sqlite")
        .choices(["sqlite", "postgres"])
        .default("sqlite"),
    )
    .option("--json", "print {bench, figures, ratios, machine}")
    .addHelpText(
      "after",
      "\nExamples:\n  assay bench recover\n  assay bench submit --seconds 20 --json\n  assay bench chain",
    )
    .action(
      async (
        name: string,
        options: {
          seconds: number;
          clients: number;
          hotkeys: number;
          scheme: string;
          sessions?: boolean;
          store: string;
          json?: boolean;
        },
      ) => {
        const bench = await load(name);
        const report = await bench.run({ ...options, progress: note });
        print(options.json, report, () => text(report));
      },
    );
}
