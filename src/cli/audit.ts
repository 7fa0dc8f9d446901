import { Command, InvalidArgumentError } from "commander";
import type { AuditRequest, AuditSource } from "../audit/audit.ts";
import type { AuditReport, DrawReport } from "../audit/log/report.ts";
import { systemClock } from "../core/clock.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { systemRandom } from "../core/random.ts";
import { integerOption } from "./shared/options.ts";
import { exitCodes, note, print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface AuditOptions {
  readonly url?: string;
  readonly epoch?: number | "latest";
  readonly save?: string;
  readonly file?: string;
  readonly sampling?: string;
  readonly key?: string;
  readonly seen?: readonly string[];
  readonly recheck?: readonly string[];
  readonly evidence?: readonly string[];
  readonly circuit?: ReadonlyMap<string, string>;
  readonly json?: boolean;
}

/** Findings printed to people; `--json` has the first 1,000. */
const SHOWN = 20;

const usage = (message: string): AssayError => new AssayError({ code: "usage", message });

function sourceOf({ url, epoch, save, file, sampling }: AuditOptions): AuditSource {
  if ((url === undefined) === (file === undefined))
    throw usage("give either --url with --epoch, or --file with --key");
  if (file !== undefined) {
    if (epoch !== undefined || save !== undefined) throw usage("--epoch and --save need --url");
    return { kind: "file", file, sampling: sampling ?? null };
  }
  if (url === undefined || epoch === undefined)
    throw usage("--url needs --epoch, the number of a closed epoch, or --epoch latest");
  if (sampling !== undefined) throw usage("--sampling needs --file");
  return { kind: "url", url, epoch, save: save ?? null };
}

function requestOf(options: AuditOptions): AuditRequest {
  const { key, seen = [], recheck = [], evidence = [], circuit = new Map() } = options;
  const source = sourceOf(options);
  if (source.kind === "file" && key === undefined)
    throw usage("--file needs --key, the validator's publishing key");
  if (recheck.length === 0 && (evidence.length > 0 || circuit.size > 0))
    throw usage("--evidence and --circuit need --recheck");
  return { source, key: key ?? null, seen, recheck, evidence, circuits: circuit };
}

const epochNumber = integerOption(0, Number.MAX_SAFE_INTEGER);
const epochOption = (value: string): number | "latest" => (value === "latest" ? value : epochNumber(value));

const listed = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function circuits(
  value: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, id, file] = /^([^=]+)=(.+)$/.exec(value) ?? [];
  if (id === undefined || file === undefined)
    throw new InvalidArgumentError("It must be ID=FILE, the id of a circuit and its verification key.");
  return new Map([...before, [id, file]]);
}

function drawsText(draws: AuditReport["draws"]): string[] {
  const share = (value: number): string => value.toFixed(5);
  const row = (lane: string, name: string, { rate, drawn, sampled, realised, low, high }: DrawReport) => [
    ...[lane, name, rate, String(drawn), String(sampled)],
    ...[share(realised), `${share(low)}..${share(high)}`],
  ];
  const rows = Object.entries(draws).flatMap(([lane, classes]) =>
    Object.entries(classes).map(([name, one]) => row(lane, name, one)),
  );
  if (rows.length === 0) return [];
  return [table([["lane", "class", "rate", "drawn", "sampled", "realised", "95 % interval"], ...rows])];
}

function keysText({ keys: { from, key_ids } }: AuditReport): string {
  const ids = `${key_ids.slice(0, 4).join(", ")}${key_ids.length > 4 ? `, and ${key_ids.length - 4} more` : ""}`;
  return from === "given"
    ? `signatures checked with the key given: ${ids}`
    : `signatures checked with keys that the validator itself serves: ${ids}; give --key, from another source, to know whose they are`;
}

function text(report: AuditReport): string {
  const { findings, findings_total, partial, rechecked } = report;
  const place = ({ n, work_id, hotkey }: AuditReport["findings"][number]): string =>
    [n === undefined ? "" : `line ${n}`, work_id, hotkey].filter(Boolean).join(" ");
  return [
    `epoch ${report.epoch}: ${partial === null ? report.verdict : `partial (${partial})`}, ${findings_total} findings`,
    `${report.lines} lines, ${report.rows} draws, ${report.sampled} sampled: ${report.verified} verified, ${report.voided} void`,
    keysText(report),
    ...drawsText(report.draws),
    ...rechecked.map(({ work_id, hotkey, outcome, code }) =>
      [outcome, work_id, hotkey, code].filter((part) => part !== null).join("  "),
    ),
    ...findings.slice(0, SHOWN).map((one) => `${one.code}  ${place(one)}: ${one.detail}`),
    ...(findings_total > SHOWN ? [`and ${findings_total - SHOWN} more; --json has the first 1,000`] : []),
  ].join("\n");
}

async function audit(options: AuditOptions): Promise<void> {
  const request = requestOf(options);
  const { auditEpoch } = await import("../audit/audit.ts");
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  // A second one ends the process as usual.
  process.once("SIGINT", interrupt);
  try {
    const report = await auditEpoch(request, {
      clock: systemClock,
      signal: stop.signal,
      progress: note,
      ask: (url, path) => ask<unknown>(url, path),
      random: systemRandom.bytes,
    });
    print(options.json, report, () => text(report));
    process.exitCode = report.verdict === "clean" ? exitCodes.done : exitCodes.failed;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

const help = `
Exit status: 0 clean; 1 findings, an epoch that is not closed, or a log that was not read to its end; 2 usage.
docs/audit.md says what an audit proves, what it cannot prove, and what each finding means.

Give the publishing key with --key, taken from a source that the validator does not control: only then does a clean audit show
that this validator signed the documents. Without --key they are checked against the keys that the validator itself serves.

Examples:
  assay audit --url https://validator.example --epoch 498698 --key n0NvPz...
  assay audit --url https://validator.example --epoch latest
  assay audit --url https://validator.example --epoch 498698 --save epoch.ndjson
  assay audit --file epoch.ndjson --key jwks.json
  assay audit --file log.ndjson --sampling sampling.json --key jwks.json
  assay audit --file epoch.ndjson --key jwks.json --recheck jb_... --evidence strikes.json \\
    --circuit hash-chain=verification_key.json`;

export function auditCommand(): Command {
  return new Command("audit")
    .description("Audit the sampling of a closed epoch: commitment, log, every draw and its verdict.")
    .option("--url <url>", "the validator to audit")
    .option("--epoch <number|latest>", "a closed epoch, or latest, with --url", epochOption)
    .option("--save <file>", "save what was fetched to a new file, to be read with --file")
    .option("--file <file>", "a file written by --save, or a log as /v1/audit/{epoch} serves it")
    .option("--sampling <file>", "the saved /v1/sampling/{epoch}; needed when --file is a bare log")
    .option(
      "--key <key>",
      "publishing key: 43 base64url characters, 64 hex digits, or a file with a JWK or JWKS",
    )
    .option(
      "--seen <file>",
      "a /v1/sampling/{epoch} saved earlier, whose heads must be in the log; repeatable",
      listed,
    )
    .option(
      "--recheck <work-id>",
      "check a rejected answer again, as stored with its strike; repeatable",
      listed,
    )
    .option("--evidence <file>", "a saved /v1/miners/{hotkey}/strikes; repeatable", listed)
    .option(
      "--circuit <id=file>",
      "verification key of a circuit for --recheck, else the one that the validator serves; repeatable",
      circuits,
    )
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(audit);
}
