/**
 * The folder of package.json: two folders above this file in a checkout, three in an installed package, whose compiled files
 * are under `dist`.
 */
export const home = new URL(import.meta.url.endsWith(".ts") ? "../../" : "../../../", import.meta.url);

/** The URL of a module by its path from that folder without extension: the compiled one when compiled code runs. */
export function moduleAt(path: string): URL {
  return import.meta.url.endsWith(".ts") ? new URL(`${path}.ts`, home) : new URL(`dist/${path}.js`, home);
}
