#!/usr/bin/env node
// Plain JavaScript on purpose: it must run, and explain itself, on any Node version.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    `assay needs Node 24 or newer; this is Node ${process.versions.node}.\n` +
      "In a checkout, `make up` and `npm run assay -- COMMAND` use the Node 24 that the project installs.\n" +
      "Elsewhere, install Node 24 and run the command again.",
  );
  process.exit(1);
}
const { existsSync } = await import("node:fs");
// Node strips no types under node_modules, so a packed install carries dist; a checkout runs its sources.
const source = new URL("../src/cli/main.ts", import.meta.url);
const entry = existsSync(source) ? source : new URL("../dist/src/cli/main.js", import.meta.url);
const { main } = await import(entry.href);
await main(process.argv);
