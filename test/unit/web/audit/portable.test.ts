import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../../../..");

test("the worker's bundle, rules of src/audit/log/ included, needs nothing of Node", async () => {
  const { outputFiles, metafile } = await build({
    ...{ entryPoints: ["web/audit/audit.worker.ts"], absWorkingDir: root, bundle: true, write: false },
    ...{
      format: "esm",
      platform: "browser",
      minifySyntax: true,
      metafile: true,
      logLevel: "silent",
      outdir: "x",
    },
  });
  const inputs = Object.keys(metafile.inputs).filter((file) => file.startsWith("src/"));
  assert.ok(inputs.includes("src/audit/log/logAudit.ts"), "the command's rules are in it");
  for (const { text } of outputFiles) assert.deepEqual(text.match(/\bBuffer\b|\bprocess\.|"node:/g), null);
});
