import { subtensorKeys } from "./chainSchema.ts";

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isSubtensor(raw: Tree, env: NodeJS.ProcessEnv): boolean {
  const kind = env.ASSAY_CHAIN_KIND ?? (isTree(raw.chain) ? raw.chain.kind : undefined);
  return kind === "subtensor";
}

/**
 * A full configuration that shows which keys exist: the kind of the chain decides which its section has. The branches that variables
 * are put into are made here, since a subtensor section has no defaults that could be copied.
 */
export function completeFor(raw: Tree, env: NodeJS.ProcessEnv, defaults: Tree): Tree {
  if (!isSubtensor(raw, env)) return defaults;
  const chain = isTree(raw.chain) ? raw.chain : {};
  raw.chain = chain;
  for (const branch of ["wallet", "publish"]) {
    const prefix = `ASSAY_CHAIN_${branch.toUpperCase()}_`;
    const isSet = Object.keys(env).some((name) => name.startsWith(prefix));
    if (isSet && !isTree(chain[branch])) chain[branch] = {};
  }
  return { ...defaults, chain: subtensorKeys };
}
