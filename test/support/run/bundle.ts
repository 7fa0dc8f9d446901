import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const root = resolve(import.meta.dirname, "../../..");
const src = join(root, "src");
const outdir = join(root, "node_modules/.cache/bundle");

const urlOf = (path: string): string => pathToFileURL(path).href;
const outOf = (path: string): string => join(outdir, relative(root, path).replace(/\.ts$/, ".js"));

/** The modules that threads begin with, but for the prover's, whose engine tells threads by what they begin with. */
function threads(): string[] {
  const begun = globSync("**/*.ts", { cwd: src }).flatMap((name) => {
    const file = join(src, name);
    const found = readFileSync(file, "utf8").matchAll(/sibling\(import\.meta\.url, "([^"]+)"\)/g);
    return [...found].map(([, thread = ""]) => join(dirname(file), `${thread}.ts`));
  });
  return [...new Set(begun)].filter((file) => !file.endsWith("proverWorker.ts"));
}

/** In place of `src/core/sibling.ts`: threads begin with their part of the bundle. */
function siblingText(entries: readonly string[]): string {
  const bundled = Object.fromEntries(entries.map((path) => [urlOf(path), urlOf(outOf(path))]));
  return `const bundled = ${JSON.stringify(bundled)};
export function sibling(importMetaUrl, name) {
  const { href } = new URL(\`./\${name}.ts\`, importMetaUrl);
  return new URL(bundled[href] ?? href);
}`;
}

/** A module goes on knowing where its source is. */
function ownUrls(entries: readonly string[]): Plugin {
  const setup: Plugin["setup"] = ({ onLoad }) =>
    onLoad({ filter: /\.(ts|js|mjs)$/ }, ({ path }) => {
      if (path === join(src, "core/sibling.ts")) return { contents: siblingText(entries), loader: "js" };
      const text = readFileSync(path, "utf8");
      if (!text.includes("import.meta")) return undefined;
      const contents = text
        .replaceAll("import.meta.url", JSON.stringify(urlOf(path)))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
      return { contents, loader: path.endsWith(".ts") ? "ts" : "js" };
    });
  return { name: "own-urls", setup };
}

/** Where tests find the command line and the chain double. */
export interface Bundled {
  readonly ASSAY_TEST_ENTRY: string;
  readonly ASSAY_TEST_DOUBLE: string;
}

/**
 * The command line and the chain double as few files, and an entry that runs the first: a process that loads them starts in half of the processor time that
 * 2,000 modules take, and the tests start hundreds. What runs is the same code; `bin/assay.js` and the package have tests of their own.
 */
export async function bundle(): Promise<Bundled> {
  const main = join(src, "cli/main.ts");
  const double = join(root, "test/support/chain/main.ts");
  const entries = [main, ...threads(), double];
  const require = `import{createRequire as makeRequire}from"node:module";const require=makeRequire(${JSON.stringify(main)});`;
  await build({
    ...{ entryPoints: entries, outbase: root, outdir, bundle: true, splitting: true, format: "esm" },
    ...{ platform: "node", target: "node24", logLevel: "warning", plugins: [ownUrls(entries)] },
    // What finds its own files, or is loaded beside the sources too.
    external: ["mcl-wasm", "snarkjs"],
    banner: { js: require },
  });
  // Or Node would read each file twice, to find out what it is.
  writeFileSync(join(outdir, "package.json"), '{ "type": "module" }\n');
  const entry = join(outdir, "entry.mjs");
  writeFileSync(entry, 'import { main } from "./src/cli/main.js";\nawait main(process.argv);\n');
  return { ASSAY_TEST_ENTRY: entry, ASSAY_TEST_DOUBLE: outOf(double) };
}
