import type { Parts, PushParts } from "../../../src/validator/parts.ts";

/** How often jobs are claimed, and the most at a time. */
const EVERY_MS = 1000;
const MOST = 4;

/** Claims customers' jobs for a process and gives them to its miners. */
export function claimJobs({ store, membership }: Parts, { dispatcher }: PushParts): void {
  const { node } = membership;
  if (node === null) return;
  const claim = async (): Promise<void> => {
    if (!membership.takesWork() || dispatcher.stats().queued >= MOST) return;
    for (const job of await store.claimCustomerJobs(node.token, MOST)) dispatcher.addCustomer(job);
  };
  setInterval(() => void claim().catch(() => undefined), EVERY_MS);
}
