import assert from "node:assert/strict";
import { readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LogFile } from "../../../src/observe/logFile.ts";
import { LogSink } from "../../../src/observe/logSink.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

test("lines are appended, and after a reopening go to the file of that name: none is lost or torn", async (t) => {
  const dir = temporaryDir();
  t.after(() => removeDir(dir));
  const path = join(dir, "assay.log");
  const file = LogFile.open(path);
  const sink = new LogSink(file.outlet);
  const lines = Array.from({ length: 400 }, (_, i) => `${i} ${"x".repeat(1000)}\n`);
  for (const line of lines.slice(0, 200)) sink.write(line);
  renameSync(path, `${path}.1`);
  file.reopen();
  file.reopen();
  for (const line of lines.slice(200)) sink.write(line);
  assert.equal(await sink.flush(10_000), true);
  assert.equal(readFileSync(`${path}.1`, "utf8") + readFileSync(path, "utf8"), lines.join(""));
  assert.equal(statSync(path).mode & 0o777 & ~0o640, 0);
  assert.equal(sink.dropped, 0);
});

test("a file that cannot be opened is named with the reason", () => {
  assert.throws(() => LogFile.open("/no/such/folder/assay.log"), {
    code: "file_unreadable",
    message:
      /^\/no\/such\/folder\/assay\.log cannot be used: the log cannot be written there: ENOENT.*--log-file/,
  });
});

test("a failed write is told, counted, and tried again with what comes next", async () => {
  const file = LogFile.open("/dev/full");
  const sink = new LogSink(file.outlet, { retryMs: 1 });
  sink.write("a\n");
  sink.write("b\n");
  assert.equal(await sink.flush(10_000), true);
  assert.equal(sink.dropped, 2);
});
