import { globSync } from "node:fs";
import { relative, resolve } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";

/** A half of the suite: what needs a core to itself only now and then, and what starts whole validators and loads them. */
interface Part {
  readonly name: string;
  readonly globs: readonly string[];
  /** Files at once. */
  readonly concurrency: number;
}

const parts: readonly Part[] = [
  {
    name: "fast",
    globs: [
      "test/*.test.ts",
      "test/{unit,vectors,property,conformance,sim}/**/*.test.ts",
      "test/e2e/commands/*.test.ts",
    ],
    concurrency: 2,
  },
  {
    name: "whole",
    globs: ["test/e2e/{pull,push,start}/*.test.ts", "test/fault/**/*.test.ts"],
    concurrency: 1,
  },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = resolve(import.meta.dirname, "..");
const wanted = process.argv.slice(2);

/** The files of a part; with words on the command line, those whose path contains one of them. */
function filesOf({ globs }: Part): string[] {
  return globSync([...globs], { cwd: root })
    .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
    .sort()
    .map((file) => resolve(root, file));
}

/** Runs the files to their end, whatever fails, and prints each as it ends. */
async function runFiles(files: readonly string[], concurrency: number, total: Counts): Promise<string[]> {
  const failed = new Set<string>();
  const events = run({ files: [...files], concurrency, cwd: root });
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

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failed: string[] = [];
for (const part of parts) {
  const files = filesOf(part);
  if (files.length === 0) continue;
  console.log(`\n${part.name}: ${files.length} files of tests`);
  failed.push(...(await runFiles(files, part.concurrency, total)));
}
if (total.passed + total.failed === 0) {
  console.error(`no file of tests has ${wanted.map((word) => `"${word}"`).join(" or ")} in its path`);
  process.exitCode = 2;
} else {
  if (failed.length > 0) console.log(`\nfailed in:\n${failed.map((file) => `  ${file}`).join("\n")}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
