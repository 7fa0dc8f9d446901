import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig } from "../src/config/load.ts";
import { filesOf } from "./make/files.ts";
import { limitsOf } from "./table/limits.ts";

// `npm run ops` writes the boards and rules of the defaults into this folder; `npm run ops -- --config assay.yaml --out DIR` those of
// a configuration into another one.

const { values } = parseArgs({ options: { config: { type: "string" }, out: { type: "string" } } });
const out = values.out ?? import.meta.dirname;
const limits =
  values.config === undefined ? limitsOf() : limitsOf(loadConfig({ file: values.config, env: {} }));
for (const [path, text] of filesOf(limits)) {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(file);
}
