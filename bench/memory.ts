import type { Status } from "../src/http/handlers.ts";
import { runLoad } from "./load.ts";
import { hotkeys, presign } from "./presign.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { benchSecret, metric, startValidator } from "./server.ts";

const SUBMISSIONS = 100_000;
const HOTKEYS = 10_000;
const BATCH = 20_000;
const megabyte = 2 ** 20;

/** Resident memory of a validator after 100,000 submissions from 10,000 hotkeys. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const server = await startValidator();
  try {
    const { validator, epoch } = (await (await fetch(`${server.url}/v1/status`)).json()) as Status;
    const idle = await metric(server, "process_resident_memory_bytes");
    const pairs = await hotkeys(HOTKEYS);
    let accepted = 0;
    for (let sent = 0; accepted < SUBMISSIONS; sent += BATCH) {
      const plan = {
        secret: benchSecret,
        validator,
        epoch,
        host: `${server.host}:${server.port}`,
        nowMs: Date.now(),
        scheme: "sealed" as const,
        tiers: [1],
      };
      const requests = presign(plan, pairs, Math.min(BATCH, SUBMISSIONS - accepted), sent);
      const { host, port } = server;
      accepted += (
        await runLoad({ host, port, clients: options.clients, seconds: 600, requests, polite: true })
      ).accepted;
      options.progress(`${accepted} of ${SUBMISSIONS} submissions`);
    }
    const rss = await metric(server, "process_resident_memory_bytes");
    return {
      bench: "memory",
      figures: {
        rss_mb: round(rss / megabyte, 1),
        idle_rss_mb: round(idle / megabyte, 1),
        submissions: accepted,
        hotkeys: HOTKEYS,
      },
      ratios: { rss_to_idle: round(rss / idle) },
      machine: machine(),
    };
  } finally {
    await server.stop();
  }
}
