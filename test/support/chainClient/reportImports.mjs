import { registerHooks } from "node:module";

// Preloaded into a process: reports each module that it loads of the client libraries of chain, PostgreSQL and HTTP.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    if (/node_modules\/(@?polkadot-api|pg|undici)\//.test(resolved.url))
      process.stderr.write(`loaded ${specifier}\n`);
    return resolved;
  },
});
