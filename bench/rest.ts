import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { type Fill, fillStore, type Outcome } from "./restRows.ts";
import { benchConfig, startValidatorWith } from "./server.ts";

const HOUR = 3_600_000;
const megabyte = 2 ** 20;
const OF_EACH = 50_000;
const SUBMISSIONS = 1_000_000;
const STRIKES = 1_000_000;
/** Each with ten strikes, all of them suspended. */
const STRUCK_HOTKEYS = 100_000;
/** About what a proof has. */
const EXHIBIT_BYTES = 1500;

/** The most that each figure may be. */
const limits = {
  bytes_accepted: 800,
  bytes_rejected: 700,
  bytes_void: 700,
  bytes_strike: 2000,
  start_s: 15,
  start_rss_mb: 400,
} as const;

function fillOf(count: number, change: Partial<Fill>): Fill {
  return {
    ...{ count, outcome: () => "accepted", hotkeys: 256 },
    ...{ fromMs: Date.now() - HOUR, spanMs: HOUR / 2, epochs: (at) => Math.floor(at / HOUR) },
    ...{ suspendUntil: 2 ** 40, exhibitBytes: 0, progress: () => undefined },
    ...change,
  };
}

/** Bytes of one submission of an outcome, with all that stands on disk because of it. */
function bytesOf(outcome: Outcome, change: Partial<Fill>, options: BenchOptions): number {
  options.progress(`${OF_EACH} submissions that end: ${outcome}`);
  const dir = mkdtempSync(join(tmpdir(), "assay-rest-"));
  try {
    const file = join(dir, "assay.db");
    return fillStore(file, fillOf(OF_EACH, { outcome: () => outcome, ...change })) / OF_EACH;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Start {
  readonly seconds: number;
  readonly rssMb: number;
  readonly peakMb: number;
}

/** `VmRSS` or `VmHWM` of a process, in MB; NaN where the system does not tell. */
function memoryMb(pid: number, name: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** The real process, from its start to the line that says it listens. */
async function startOver(fill: ((file: string) => number) | null): Promise<Start & { bytes: number }> {
  let begun = 0;
  let bytes = 0;
  const server = await startValidatorWith(benchConfig, async (dataDir) => {
    if (fill !== null) bytes = fill(join(dataDir, "assay.db"));
    begun = performance.now();
  });
  const seconds = (performance.now() - begun) / 1000;
  const memory = { rssMb: memoryMb(server.pid, "VmRSS"), peakMb: memoryMb(server.pid, "VmHWM") };
  await server.stop();
  return { seconds, ...memory, bytes };
}

/** A store with a million submissions, and a million strikes more, of the last four days. */
function bigStore(options: BenchOptions): (file: string) => number {
  const count = SUBMISSIONS + STRIKES;
  const spanMs = 96 * HOUR;
  return (file) =>
    fillStore(
      file,
      fillOf(count, {
        outcome: (index) => (index % 2 === 0 ? "accepted" : "strike"),
        ...{ hotkeys: 2 * STRUCK_HOTKEYS, fromMs: Date.now() - spanMs - 3 * HOUR, spanMs },
        exhibitBytes: EXHIBIT_BYTES,
        progress: (done) => {
          if (done % (PROGRESS_EACH * 4096) === 0) options.progress(`${done} of ${count} rows`);
        },
      }),
    );
}

const PROGRESS_EACH = 50;

/** What a submission costs on disk by its end, and how a start depends on how many there were. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const rejected = bytesOf("rejected", {}, options);
  const struck = { hotkeys: OF_EACH / 10, exhibitBytes: EXHIBIT_BYTES };
  const sizes = {
    bytes_accepted: bytesOf("accepted", {}, options),
    bytes_rejected: rejected,
    bytes_void: bytesOf("void", {}, options),
    // What a strike adds to the rejected submission.
    bytes_strike: bytesOf("strike", struck, options) - rejected,
    bytes_strike_64k: bytesOf("strike", { ...struck, exhibitBytes: 65_536 }, options) - rejected,
  };
  options.progress("a start on an empty store");
  const empty = await startOver(null);
  options.progress(`${SUBMISSIONS} submissions and ${STRIKES} strikes`);
  const full = await startOver(bigStore(options));
  const figures = { ...sizes, start_s: full.seconds, start_rss_mb: full.rssMb };
  const most = Object.entries(limits) as [keyof typeof limits, number][];
  return {
    bench: "rest",
    figures: {
      ...rounded(figures),
      ...rounded({ start_peak_rss_mb: full.peakMb, store_mb: full.bytes / megabyte }),
      ...rounded({ empty_start_s: empty.seconds, empty_start_rss_mb: empty.rssMb }),
      ...Object.fromEntries(most.map(([name, limit]) => [`${name}_limit`, limit])),
    },
    ratios: {
      ...Object.fromEntries(most.map(([name, limit]) => [`${name}_to_limit`, round(figures[name] / limit)])),
      start_to_empty: round(full.seconds / empty.seconds),
    },
    machine: machine(),
  };
}

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value, 1)]));
}
