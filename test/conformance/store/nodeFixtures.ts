import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "../../../src/flow/store.ts";

/** A lease that no test outlives. */
export const LONG = 3_600_000;

/** A node that joined; its token. */
export function joined(store: Store, name = "one", ttlMs = LONG): Promise<number> {
  return store.joinNode({ name, roles: ["verify"], version: "1.0.0" }, ttlMs);
}

export async function isAlive(store: Store, token: number): Promise<boolean> {
  return (await store.nodes()).some((node) => node.token === token && node.alive);
}

/** Waits until the check says yes; the store's clock goes on by itself. */
export async function eventually(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(2);
}

/** Lets the lease of a node run out. */
export async function expired(store: Store, token: number): Promise<void> {
  await store.renewNode(token, 1);
  await eventually(async () => !(await isAlive(store, token)));
}
