import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sibling } from "../src/core/sibling.ts";
import { type Made, makeLog, signer } from "./auditLog.ts";
import type { Pass } from "./auditRun.ts";
import { type BenchOptions, type BenchReport, machine, median, round } from "./report.ts";

const SIZES = [200_000, 2_000_000] as const;
const ROUNDS = 3;
const megabyte = 2 ** 20;

const script = fileURLToPath(sibling(import.meta.url, "auditRun"));

async function pass(
  what: "audit" | "floor",
  { file, sampling }: Made,
  flags: readonly string[] = [],
): Promise<Pass> {
  const args = [...flags, script, what, file, sampling, signer.jwk.x];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const done = JSON.parse(stdout) as Pass;
  if (what === "audit" && done.verdict !== "clean") throw new Error(`bench: the audit says ${done.verdict}`);
  return done;
}

/** Of one core: other load on the machine must not count. */
const perS = ({ rows, cpuSeconds }: Pass): number => rows / cpuSeconds;

/**
 * Draws per second of processor time through a whole audit, beside the least that any audit has to do with the same bytes; and the memory in
 * use over a log and over one ten times as long. What is resident is more: V8 lets its young heap grow to some 100 MB before it
 * collects, whatever the log.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const dir = mkdtempSync(join(tmpdir(), "assay-bench-"));
  try {
    options.progress(`writing logs of ${SIZES.join(" and ")} draws`);
    const [small, large] = [makeLog(dir, SIZES[0]), makeLog(dir, SIZES[1])];
    const audits: Pass[] = [];
    const floors: Pass[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      options.progress(`round ${round + 1} of ${ROUNDS}`);
      audits.push(await pass("audit", large));
      floors.push(await pass("floor", large));
    }
    options.progress("memory in use");
    const short = await pass("audit", small, ["--expose-gc"]);
    const long = await pass("audit", large, ["--expose-gc"]);
    const rows_per_s = median(audits.map(perS));
    const floor_rows_per_s = median(floors.map(perS));
    const rss = median(audits.map((one) => one.rss));
    return {
      bench: "audit",
      figures: {
        rows: SIZES[1],
        log_mb: round(large.bytes / megabyte, 1),
        rows_per_s: round(rows_per_s, 0),
        elapsed_rows_per_s: round(median(audits.map(({ rows, seconds }) => rows / seconds)), 0),
        floor_rows_per_s: round(floor_rows_per_s, 0),
        mb_per_s: round((rows_per_s / SIZES[1]) * (large.bytes / megabyte), 1),
        rss_mb: round(rss / megabyte, 1),
        live_mb: round(long.live / megabyte, 1),
        live_mb_tenth: round(short.live / megabyte, 1),
      },
      ratios: {
        audit_to_floor: round(rows_per_s / floor_rows_per_s),
        live_to_tenth: round(long.live / short.live),
      },
      machine: machine(),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
