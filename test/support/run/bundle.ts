import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const root = resolve(import.meta.dirname, "../../..");
const main = join(root, "src/cli/main.ts");

/** A module goes on knowing where its source is, so the threads that it starts are those of the sources. */
const ownUrls: Plugin = {
  name: "own-urls",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.(ts|js|mjs)$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes("import.meta")) return undefined;
      const contents = text
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
      return { contents, loader: path.endsWith(".ts") ? "ts" : "js" };
    }),
};

/**
 * The command line as few files, and an entry that runs it: a process that loads them starts in two thirds of the processor time
 * that 2,000 modules take, and the tests start hundreds. What is run is the same code; `bin/assay.js` and the package have tests of their own.
 */
export async function bundle(): Promise<string> {
  const outdir = join(root, "node_modules/.cache/bundle");
  const require = `import{createRequire}from"node:module";const require=createRequire(${JSON.stringify(main)});`;
  await build({
    ...{ entryPoints: [main], outdir, bundle: true, splitting: true, format: "esm" },
    ...{ platform: "node", target: "node24", logLevel: "warning", plugins: [ownUrls] },
    banner: { js: require },
  });
  const entry = join(outdir, "entry.mjs");
  writeFileSync(entry, 'import { main } from "./main.js";\nawait main(process.argv);\n');
  return entry;
}
