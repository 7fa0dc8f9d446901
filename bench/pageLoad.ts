import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { sibling } from "../src/core/sibling.ts";
import { type Loader, loaderFor } from "./loader.ts";
import { RawClient } from "./rawClient.ts";
import type { BenchOptions } from "./report.ts";
import { type BenchServer, startValidator } from "./server.ts";

const DASHBOARDS = 200;
/** Far below what the machine can take: what is measured is the cost of dashboards, not of a queue. */
const PER_S = 100;
const CONNECTIONS = 32;
const TICK_MS = 10;
/** Without and with dashboards in turn, so that a bad moment of the machine hits both. */
const ROUNDS = 6;
const ROUND_S_LEAST = 5;
const SETTLE_MS = 3000;

export interface DashboardCost {
  /** Latencies of each round, ms. */
  readonly without: readonly (readonly number[])[];
  readonly beside: readonly (readonly number[])[];
  readonly withoutMb: readonly number[];
  readonly besideMb: readonly number[];
  readonly refused: number;
}

async function openDashboards({ host, port }: BenchServer): Promise<() => Promise<void>> {
  const child = fork(sibling(import.meta.url, "dashboards"), [], { stdio: "inherit" });
  let told = 0;
  child.on("message", (count) => {
    told = Number(count);
  });
  child.send({ host, port, count: DASHBOARDS });
  while (told < DASHBOARDS) {
    if (child.exitCode !== null) throw new Error("the dashboards' process ended");
    await sleep(100);
  }
  return async () => {
    child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
}

/** Sends at a fixed rate over idle connections; the time of an answer counts from the tick that it was due. */
async function pacedLatencies(
  server: BenchServer,
  requests: readonly Buffer[],
): Promise<{ latenciesMs: number[]; refused: number }> {
  const idle = Array.from(
    { length: CONNECTIONS },
    (_, i) => new RawClient({ ...server, localAddress: `127.0.1.${1 + i}` }),
  );
  const clients = [...idle];
  const latenciesMs: number[] = [];
  const running = new Set<Promise<void>>();
  let refused = 0;
  let next = 0;
  const sendOne = async (request: Buffer, due: number): Promise<void> => {
    while (idle.length === 0) await sleep(1);
    const client = idle.pop() as RawClient;
    const { status } = await client.send(request);
    if (status === 202) latenciesMs.push(performance.now() - due);
    else refused++;
    idle.push(client);
  };
  const begun = performance.now();
  while (next < requests.length) {
    const due = Math.min(requests.length, Math.floor(((performance.now() - begun) / 1000) * PER_S));
    for (; next < due; next++) {
      const run: Promise<void> = sendOne(requests[next] as Buffer, begun + (next / PER_S) * 1000).finally(
        () => running.delete(run),
      );
      running.add(run);
    }
    await sleep(TICK_MS);
  }
  await Promise.all(running);
  for (const client of clients) client.close();
  return { latenciesMs, refused };
}

const rssMb = ({ pid }: BenchServer): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

/** Honest submissions without and with 200 open dashboards. */
export async function dashboardCost(options: BenchOptions): Promise<DashboardCost> {
  const server = await startValidator();
  try {
    const loader: Loader = await loaderFor(server, options);
    const cost = {
      without: [] as number[][],
      beside: [] as number[][],
      withoutMb: [] as number[],
      besideMb: [] as number[],
    };
    let refused = 0;
    const count = Math.max(ROUND_S_LEAST, Math.ceil(options.seconds / ROUNDS)) * PER_S;
    const round = async (name: string, latencies: number[][], memory: number[]): Promise<void> => {
      const requests = loader.sign(name, count);
      await sleep(SETTLE_MS);
      const sent = await pacedLatencies(server, requests);
      latencies.push(sent.latenciesMs);
      refused += sent.refused;
      memory.push(rssMb(server));
    };
    await round("warm-up", [], []);
    for (let i = 1; i <= ROUNDS; i++) {
      await round(`without dashboards, round ${i}`, cost.without, cost.withoutMb);
      const close = await openDashboards(server);
      await round(`with ${DASHBOARDS} dashboards, round ${i}`, cost.beside, cost.besideMb);
      await close();
    }
    return { ...cost, refused };
  } finally {
    await server.stop();
  }
}
