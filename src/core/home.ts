/**
 * The folder that holds package.json: two folders above this file in a checkout, three in an installed package, whose compiled files
 * stand under `dist`.
 */
export const home = new URL(import.meta.url.endsWith(".ts") ? "../../" : "../../../", import.meta.url);

/** The URL of a module of the project by its path from that folder, without its ending: the compiled one where that is what runs. */
export function moduleAt(path: string): URL {
  return import.meta.url.endsWith(".ts") ? new URL(`${path}.ts`, home) : new URL(`dist/${path}.js`, home);
}
