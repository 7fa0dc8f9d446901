import { globSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { startPostgres } from "./support/store/postgresServer.ts";

/** In this order: what fails soonest, then what starts whole validators, loads them and kills them. */
const kinds = [
  "test/*.test.ts",
  "test/{unit,vectors,property,conformance,sim}/**/*.test.ts",
  "test/e2e/commands/*.test.ts",
  "test/e2e/{start,pull,push,roles}/*.test.ts",
  "test/browser/**/*.test.ts",
  "test/fault/**/*.test.ts",
];
/** Files at once: two more than two cores, since those that watch a validator mostly wait. */
const CONCURRENCY = 4;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

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

/** Runs the files to their end, whatever fails, and prints each as it ends; returns those with failures. */
async function runFiles(files: readonly string[], total: Counts): Promise<string[]> {
  const failed = new Set<string>();
  const paths = files.map((file) => resolve(root, file));
  const events = run({ files: paths, concurrency: CONCURRENCY, cwd: root });
  events.on("test:fail", ({ file, todo }) => {
    if (todo === undefined && file !== undefined) failed.add(relative(root, file));
  });
  events.on("test:summary", ({ file, counts }) => {
    if (file !== undefined) return;
    total.passed += counts.passed;
    total.failed += counts.tests - counts.passed - counts.skipped - counts.todo;
    total.skipped += counts.skipped + counts.todo;
  });
  const report = events.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return [...failed];
}

const words = process.argv.slice(2);
const files = filesOf(words);
if (files.length === 0) {
  console.error(`no file of tests has ${words.map((word) => `"${word}"`).join(" or ")} in its path`);
  process.exitCode = 2;
} else {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const stopServer = await shareServer(files);
  const failed = await runFiles(files, total).finally(stopServer);
  if (failed.length > 0) console.log(`\nfailed in:\n${failed.map((file) => `  ${file}`).join("\n")}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
