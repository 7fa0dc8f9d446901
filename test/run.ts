import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec, type TestEvent } from "node:test/reporters";
import { bundle } from "./support/run/bundle.ts";
import { type Counts, count, noCounts } from "./support/run/counts.ts";
import { nodeOptions } from "./support/run/nodeOptions.ts";
import { runTogether } from "./support/run/together.ts";
import { startPostgres } from "./support/store/postgresServer.ts";

/** In this order: what fails soonest, then what starts whole validators, loads them and kills them. */
const kinds = [
  "test/*.test.ts",
  "test/{unit,vectors,property,conformance,sim}/**/*.test.ts",
  "test/e2e/commands/*.test.ts",
  "test/e2e/{start,pull,push,roles,docs}/*.test.ts",
  "test/browser/**/*.test.ts",
  "test/fault/**/*.test.ts",
];
/**
 * Without a word from any file for so long, the run ends: one waits in vain. No measure of speed: the longest test takes a minute, at
 * full length some forty. Files are reported in order, so the words of one wait for the end of those before it.
 */
const SILENCE_MS = (process.env.FAULT === "full" ? 180 : 20) * 60_000;
/** Files at once: two more than two cores, since those that watch a validator mostly wait. */
const CONCURRENCY = 4;

const root = resolve(import.meta.dirname, "..");

/** All files, kind by kind; with words on the command line, those whose path contains one of them. */
function filesOf(words: readonly string[]): string[] {
  const files = kinds.flatMap((kind) => globSync(kind, { cwd: root }).sort());
  return files.filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
}

/**
 * One PostgreSQL server for all files that need databases, which they find by `ASSAY_TEST_POSTGRES_URL`; set from outside, that
 * names a server of one's own. Without fsync: what survives a crash is tested on servers of their own.
 */
async function shareServer(files: readonly string[]): Promise<() => Promise<void>> {
  const needs = files.some((file) => readFileSync(resolve(root, file), "utf8").includes("postgresDatabases"));
  if (!needs || process.env.ASSAY_TEST_POSTGRES_URL !== undefined) return async () => {};
  const server = await startPostgres();
  process.env.ASSAY_TEST_POSTGRES_URL = server.url;
  return () => server.stop();
}

/** Unit tests share processes, unless one says why it needs its own. */
function sharesProcess(file: string): boolean {
  return (
    file.startsWith("test/unit/") &&
    !readFileSync(resolve(root, file), "utf8").includes("In a process of its own")
  );
}

/** Runs each file in a process of its own, whatever fails, and prints each as it ends. */
async function runApart(files: readonly string[], total: Counts): Promise<void> {
  if (files.length === 0) return;
  const paths = files.map((file) => resolve(root, file));
  const silence = new AbortController();
  const guard = setTimeout(() => silence.abort(), SILENCE_MS);
  const options = { files: paths, concurrency: CONCURRENCY, cwd: root, execArgv: [...nodeOptions] };
  const events = run({ ...options, signal: silence.signal });
  events.on("data", (event: TestEvent) => {
    guard.refresh();
    count(total, event);
  });
  const report = events.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report).finally(() => clearTimeout(guard));
}

async function runAll(files: readonly string[], total: Counts): Promise<void> {
  const together = files.filter(sharesProcess);
  const add = ({ passed, failed, skipped, failedIn }: Counts): void => {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    for (const file of failedIn) total.failedIn.add(file);
  };
  const { hasRoom, hasEnded } = runTogether(together, add);
  await hasRoom;
  await runApart(
    files.filter((file) => !together.includes(file)),
    total,
  );
  await hasEnded;
}

const words = process.argv.slice(2);
const files = filesOf(words);
if (files.length === 0) {
  console.error(`no file of tests has ${words.map((word) => `"${word}"`).join(" or ")} in its path`);
  process.exitCode = 2;
} else {
  const total = noCounts();
  const stopServer = await shareServer(files);
  const startsWhole = files.some((file) => /\/(e2e|fault)\//.test(file));
  if (startsWhole && process.env.ASSAY_TEST_ENTRY === undefined) Object.assign(process.env, await bundle());
  await runAll(files, total).finally(stopServer);
  const failed = [...total.failedIn];
  if (failed.length > 0) console.log(`\nfailed in:\n${failed.map((file) => `  ${file}`).join("\n")}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
