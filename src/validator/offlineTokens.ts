import type { Config } from "../config/schema.ts";
import { systemClock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { noMetrics } from "../core/metrics.ts";
import { systemRandom } from "../core/random.ts";
import type { NewTokenView, TokenList, TokenView } from "../http/handlers.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { CustomerTokens } from "./customerTokens.ts";
import { newTokenViewOf, tokenViewOf } from "./jobHandlers.ts";
import { pathsOf } from "./paths.ts";
import { tokensOptions } from "./pushOptions.ts";

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
  const file = pathsOf(config, dataDir).store;
  const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock });
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
