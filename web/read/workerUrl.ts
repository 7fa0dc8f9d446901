declare const WORKERS: Readonly<Record<string, string>>;

/** The URL of the bundled `NAME.worker.ts`, beside this script whatever prefix the page has. */
export function workerUrl(name: string): URL {
  const file = WORKERS[name];
  if (file === undefined) throw new Error(`there is no worker ${name}`);
  return new URL(file, import.meta.url);
}
