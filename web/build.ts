import { createHash } from "node:crypto";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { type BuildOptions, build, type Plugin } from "esbuild";

/**
 * Bundles the dashboard into `dist/web`: `index.html`, `assets/` with hashed names, each file also compressed, and `manifest.json`.
 * Files named `NAME.worker.ts` become workers of their own, which the page finds with `workerUrl("NAME")`.
 */
const root = resolve(import.meta.dirname, "..");

const shared: BuildOptions = {
  bundle: true,
  minify: true,
  write: false,
  outdir: join(root, "dist/web/assets"),
  format: "esm",
  target: ["es2022"],
  legalComments: "none",
  logLevel: "warning",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  tsconfig: join(root, "web/tsconfig.json"),
  mainFields: ["browser", "module", "main"],
  conditions: ["browser"],
};

/** Numbers are written as on the rest of the page; the browser's own language may be one that `Intl` refuses, which would stop the script. */
const plotLanguage: Plugin = {
  name: "plot language",
  setup: ({ onLoad }) => {
    onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes("nav.language")) throw new Error("uPlot no longer reads nav.language: remove this");
      return { contents: text.replaceAll("nav.language", '"en"') };
    });
  },
};

interface Built {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The name of an entry in its hashed file name: `main.js` of `main-ABCD.js`. */
const entryOf = (name: string): string => name.replace(/-[A-Z0-9]{8}(?=\.)/, "");

async function bundle(options: BuildOptions): Promise<Built[]> {
  const { outputFiles = [] } = await build({ ...shared, ...options });
  return outputFiles.map(({ path, contents }) => ({ name: basename(path), bytes: contents }));
}

async function workers(): Promise<Built[]> {
  const entryPoints = globSync("web/**/*.worker.ts", { cwd: root })
    .sort()
    .map((path) => join(root, path));
  return entryPoints.length === 0 ? [] : bundle({ entryPoints });
}

function workerNames(built: readonly Built[]): Record<string, string> {
  return Object.fromEntries(built.map(({ name }) => [entryOf(name).replace(/\.worker\.js$/, ""), name]));
}

function page(built: readonly Built[]): Built {
  const names = new Map(built.map(({ name }) => [entryOf(name), name]));
  const template = readFileSync(join(root, "web/index.html"), "utf8");
  const text = template.replace(/\{\{(.+?)\}\}/g, (_, entry: string) => {
    const name = names.get(entry);
    if (name === undefined) throw new Error(`web/index.html names ${entry}, which the bundle does not have`);
    return name;
  });
  return { name: "index.html", bytes: Buffer.from(text.replace(/\n\s*/g, "\n")) };
}

function write(folder: string, { name, bytes }: Built): BuiltFile {
  const br = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, `${name}.br`), br);
  writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  return { name, bytes: bytes.length, br: br.length };
}

export interface BuiltFile {
  readonly name: string;
  readonly bytes: number;
  readonly br: number;
}

/** Bundles everything into a folder, in the place of what is there. */
export async function buildPage(folder: string): Promise<readonly BuiltFile[]> {
  const workersBuilt = await workers();
  const mainBuilt = await bundle({
    entryPoints: [join(root, "web/main.tsx"), join(root, "web/style/main.css")],
    splitting: true,
    define: { WORKERS: JSON.stringify(workerNames(workersBuilt)) },
    plugins: [plotLanguage],
  });
  const assets = [...mainBuilt, ...workersBuilt];
  const index = page(assets);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "assets"), { recursive: true });
  const files = [write(folder, index), ...assets.map((file) => write(join(folder, "assets"), file))];
  const digest = createHash("sha256");
  for (const { bytes } of [index, ...assets]) digest.update(bytes);
  // Written last: without it the folder counts as unfinished.
  const manifest = { build: digest.digest("hex").slice(0, 16), files };
  writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return files;
}

if (import.meta.main) {
  const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  const files = await buildPage(join(root, "dist/web"));
  for (const { name, bytes, br } of files) console.log(`${name}  ${kb(bytes)}, ${kb(br)} compressed`);
  console.log(`all: ${kb(files.reduce((sum, { br }) => sum + br, 0))} compressed`);
}
