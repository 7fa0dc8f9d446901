import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HISTORY_KEPT, HISTORY_SERIES_MAX, type HistoryStep, historySteps } from "../src/flow/history.ts";
import { migrate } from "../src/store/sqlite/migrations/migrate.ts";
import { buildPage } from "../web/build.ts";
import { dashboardCost } from "./pageLoad.ts";
import { views } from "./pageView.ts";
import { type BenchOptions, type BenchReport, machine, median, round } from "./report.ts";
import { startValidator } from "./server.ts";

/** The most that each figure may be. */
const limits = {
  first_view_ms: 500,
  transfer_kb: 120,
  p99_with_200: 1.1,
  mb_with_200: 60,
  history_mb: 200,
} as const;

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The most that history can take: every bucket of every series, each with the longest name. */
function historyMb(): number {
  const folder = mkdtempSync(join(tmpdir(), "assay-history-"));
  try {
    const db = new DatabaseSync(join(folder, "assay.db"));
    migrate(db, () => undefined);
    const pages = (): number =>
      Number(
        db.prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size").get()
          ?.bytes,
      );
    const before = pages();
    const fill = db.prepare(`INSERT INTO history
      WITH RECURSIVE b (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM b WHERE i + 1 < ?1),
        s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ${HISTORY_SERIES_MAX})
      SELECT ?2, i * ?2, printf('%096d', n), 123456.5 FROM b, s`);
    for (const step of Object.keys(historySteps) as HistoryStep[])
      fill.run(HISTORY_KEPT[step], historySteps[step]);
    const bytes = pages() - before;
    db.close();
    return bytes / 1e6;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of every file of the page, compressed: what a visitor of all pages can transfer at most. */
async function pageKb(): Promise<number> {
  const files = await buildPage(join(import.meta.dirname, "../dist/web"));
  return files.reduce((sum, { br }) => sum + br, 0) / 1000;
}

async function firstView(options: BenchOptions) {
  const server = await startValidator();
  try {
    return await views(server.url, options.progress);
  } finally {
    await server.stop();
  }
}

/**
 * The dashboard: its first view in a browser with an empty cache, on loopback; all of its files compressed; what 200 open ones cost an
 * honest miner's answer and the validator's memory; and the disk that its past takes. Browser, miners and validator share the machine.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const transferKb = await pageKb();
  const view = await firstView(options);
  const cost = await dashboardCost(options);
  // Of each round, since one bad moment of the machine would decide the 99th percentile of all of them.
  const p99Of = (rounds: readonly (readonly number[])[]): number =>
    median(rounds.map((latencies) => percentile(latencies, 0.99)));
  const [without, beside] = [p99Of(cost.without), p99Of(cost.beside)];
  const figures = {
    first_view_ms: round(view.contentMs, 0),
    plain_view_ms: round(view.plainMs, 0),
    transfer_kb: round(transferKb, 1),
    first_view_kb: round(view.bytes / 1000, 1),
    p99_without_ms: round(without, 2),
    p99_beside_ms: round(beside, 2),
    p99_with_200: round(beside / without),
    mb_with_200: round(median(cost.besideMb) - median(cost.withoutMb), 1),
    mb_without: round(median(cost.withoutMb), 1),
    history_mb: round(historyMb(), 1),
    refused: cost.refused,
  };
  const over = Object.entries(limits).map(([name, limit]) => [
    `${name}_to_limit`,
    round(figures[name as keyof typeof limits] / limit),
  ]);
  return {
    bench: "page",
    figures,
    ratios: { first_view_to_plain: round(view.contentMs / view.plainMs), ...Object.fromEntries(over) },
    machine: machine(),
  };
}
