import { writeFileSync } from "node:fs";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec, type TestEvent } from "node:test/reporters";
import { count, noCounts } from "./counts.ts";

// Runs files of tests in this process. Arguments: where to leave the counts as one JSON document, and the files.
const [leave = "", ...files] = process.argv.slice(2);
const total = noCounts();
const events = run({ files, isolation: "none" });
events.on("data", (event: TestEvent) => count(total, event));
const report = events.compose(spec);
report.pipe(process.stdout);
await finished(report);
writeFileSync(leave, JSON.stringify({ ...total, failedIn: [...total.failedIn] }));
