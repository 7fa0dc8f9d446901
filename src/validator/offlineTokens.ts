import type { Config } from "../config/schema.ts";
import { systemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import type { NewTokenView, TokenList, TokenView } from "../http/handlers.ts";
import { CustomerTokens } from "./customerTokens.ts";
import { newTokenViewOf, tokenViewOf } from "./jobHandlers.ts";
import { pathsOf } from "./paths.ts";
import { tokensOptions } from "./pushOptions.ts";
import { quietModules, storeSource } from "./storeSource.ts";

/** The same as the routes of a running validator. */
export interface OfflineTokens {
  list(): Promise<TokenList>;
  create(name: string): Promise<NewTokenView>;
  revoke(tokenId: string): Promise<TokenView>;
}

/** Customers' tokens in the store of a validator that does not run. Throws what opening a store throws, such as `store_in_use`. */
export async function withOfflineTokens<T>(
  config: Config,
  dataDir: string,
  work: (tokens: OfflineTokens) => Promise<T>,
): Promise<T> {
  const clock = systemClock;
  const store = await storeSource(config, pathsOf(config, dataDir)).openAlone(quietModules);
  try {
    const tokens = await CustomerTokens.load(tokensOptions(config), { store, clock, random: systemRandom });
    return await work({
      list: async () => ({ items: tokens.list().map(tokenViewOf) }),
      create: async (name) => newTokenViewOf(await tokens.create(name)),
      revoke: async (tokenId) => tokenViewOf(await tokens.revoke(tokenId)),
    });
  } finally {
    await store.close();
  }
}
