import { registerHooks } from "node:module";

// Preloaded into a process: reports each module of the chain's client library that it loads.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    if (/node_modules\/@?polkadot-api\//.test(resolved.url)) process.stderr.write(`loaded ${specifier}\n`);
    return resolved;
  },
});
