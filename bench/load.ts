import { setTimeout as sleep } from "node:timers/promises";
import { RawClient } from "./rawClient.ts";

/** One phase of load. */
export interface LoadPlan {
  readonly host: string;
  readonly port: number;
  readonly clients: number;
  readonly seconds: number;
  readonly requests: readonly Buffer[];
  /** Whether a refused client waits as Retry-After says, times 0.5 to 1.5, or sends the next request at once. */
  readonly polite: boolean;
}

export interface LoadResult {
  readonly accepted: number;
  readonly seconds: number;
  readonly latenciesMs: number[];
  /** Answers by status. */
  readonly statuses: Record<string, number>;
  /** 429 and 503 answers without Retry-After: there must be none. */
  readonly withoutRetryAfter: number;
  /** Requests used up. */
  readonly sent: number;
}

interface Progress {
  next: number;
  readonly until: number;
  readonly latenciesMs: number[];
  readonly statuses: Record<string, number>;
  withoutRetryAfter: number;
}

/** Loopback has 2^24 addresses; clients spread over 250 of them, so that no address exceeds what one may send. */
const localAddress = (client: number): string => `127.0.1.${1 + (client % 250)}`;

async function oneClient(plan: LoadPlan, client: RawClient, progress: Progress): Promise<void> {
  try {
    while (performance.now() < progress.until) {
      const request = plan.requests[progress.next++];
      if (request === undefined) return;
      const begun = performance.now();
      const { status, retryAfterS } = await client.send(request);
      progress.statuses[status] = (progress.statuses[status] ?? 0) + 1;
      if (status === 202) progress.latenciesMs.push(performance.now() - begun);
      if (status !== 429 && status !== 503) continue;
      if (retryAfterS === null) progress.withoutRetryAfter++;
      if (plan.polite) await sleep((retryAfterS ?? 1) * 1000 * (0.5 + Math.random()));
    }
  } finally {
    client.close();
  }
}

/** Connects the clients, then runs them until the time is over or the requests are used up. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const { host, port } = plan;
  const clients = Array.from(
    { length: plan.clients },
    (_, index) => new RawClient({ host, port, localAddress: localAddress(index) }),
  );
  try {
    await Promise.all(clients.map((client) => client.connected()));
  } catch (error) {
    for (const client of clients) client.close();
    throw error;
  }
  const begun = performance.now();
  const progress: Progress = {
    next: 0,
    until: begun + plan.seconds * 1000,
    latenciesMs: [],
    statuses: {},
    withoutRetryAfter: 0,
  };
  await Promise.all(clients.map((client) => oneClient(plan, client, progress)));
  return {
    accepted: progress.latenciesMs.length,
    seconds: Math.min(plan.seconds, (performance.now() - begun) / 1000),
    latenciesMs: progress.latenciesMs,
    statuses: progress.statuses,
    withoutRetryAfter: progress.withoutRetryAfter,
    sent: Math.min(progress.next, plan.requests.length),
  };
}
