import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { home } from "../../core/home.ts";

/** A file of the dashboard, whole and compressed. */
export interface PageFile {
  readonly mediaType: string;
  /** Strong, with its quotes. */
  readonly etag: string;
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/** The dashboard as `npm run web` made it. */
export interface PageFiles {
  readonly index: PageFile;
  /** By name; their names change with their content. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

const mediaTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  wasm: "application/wasm",
};

const endingOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

function fileAt(url: URL, name: string): PageFile {
  const plain = readFileSync(new URL(name, url));
  return {
    mediaType: mediaTypes[endingOf(name)] ?? "application/octet-stream",
    etag: `"${hash("sha256", plain, "base64url").slice(0, 22)}"`,
    plain,
    br: readFileSync(new URL(`${name}.br`, url)),
    gzip: readFileSync(new URL(`${name}.gz`, url)),
  };
}

/** Where `npm run web` puts the dashboard. */
export const pageFolder = new URL("dist/web/", home);

/** Reads the dashboard once, for as long as the process runs; null where it was not made, or not to its end. */
export function readPageFiles(folder: URL = pageFolder): PageFiles | null {
  try {
    readFileSync(new URL("manifest.json", folder));
    const assets = new URL("assets/", folder);
    const names = readdirSync(fileURLToPath(assets)).filter((name) => !/\.(br|gz)$/.test(name));
    return {
      index: fileAt(folder, "index.html"),
      assets: new Map(names.map((name) => [name, fileAt(assets, name)])),
    };
  } catch {
    return null;
  }
}
