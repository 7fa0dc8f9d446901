import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../src/http/handlers.ts";
import { ask, metricIn } from "../test/support/observe/scrape.ts";
import { hotkeys, presign } from "./presign.ts";
import { RawClient } from "./rawClient.ts";
import { type BenchOptions, type BenchReport, machine, median, round } from "./report.ts";
import { type BenchServer, benchSecret, startValidator } from "./server.ts";

const TICK_MS = 20;
/** Of what the machine takes when requests are signed as they are sent. */
const LOAD = 0.7;
/** How long the most is sought. */
const PEAK_S = 20;
/** What the first minutes show is not compared: memory fills its pools, the log its first checkpoint. */
const SETTLING = 1 / 6;
/** Connections, each with one request at a time. */
const CONNECTIONS = 64;
const megabyte = 2 ** 20;

/** A stretch of the run. */
interface Slice {
  readonly accepted: number;
  readonly refused: number;
  readonly p99Ms: number;
  readonly rssMb: number;
  readonly descriptors: number;
  readonly loopDelayMs: number;
  readonly storeMb: number;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Honest submissions, signed as they are sent, at a rate or as fast as they are answered. */
class Stream {
  readonly #server: BenchServer;
  readonly #pairs: Awaited<ReturnType<typeof hotkeys>>;
  readonly #idle: RawClient[];
  #status: Status;
  #sent = 0;
  #connected = 0;

  constructor(server: BenchServer, status: Status, pairs: Awaited<ReturnType<typeof hotkeys>>) {
    this.#server = server;
    this.#status = status;
    this.#pairs = pairs;
    this.#idle = Array.from({ length: CONNECTIONS }, () => this.#connect());
  }

  #connect(): RawClient {
    const { host, port } = this.#server;
    return new RawClient({ host, port, localAddress: `127.0.1.${1 + (this.#connected++ % 250)}` });
  }

  /** `perS` null: as many as are answered. */
  async run(seconds: number, perS: number | null): Promise<{ latenciesMs: number[]; refused: number }> {
    const latenciesMs: number[] = [];
    let refused = 0;
    const begun = performance.now();
    let made = 0;
    const underWay = new Set<Promise<void>>();
    while (performance.now() - begun < seconds * 1000) {
      const due = perS === null ? Number.POSITIVE_INFINITY : ((performance.now() - begun) * perS) / 1000;
      while (made < due && this.#idle.length > 0) {
        made++;
        const sending = this.#send().then((ms) => {
          if (ms === null) refused++;
          else latenciesMs.push(ms);
        });
        underWay.add(sending);
        void sending.finally(() => underWay.delete(sending));
      }
      if (perS === null) await Promise.race(underWay);
      else await sleep(TICK_MS);
    }
    await Promise.all(underWay);
    return { latenciesMs, refused };
  }

  /** A new epoch begins its own numbers. */
  async look(): Promise<void> {
    const status = await statusOf(this.#server);
    if (status.epoch !== this.#status.epoch) this.#sent = 0;
    this.#status = status;
  }

  close(): void {
    for (const client of this.#idle) client.close();
  }

  async #send(): Promise<number | null> {
    const { host, port } = this.#server;
    const { validator, epoch } = this.#status;
    const plan = { secret: benchSecret, validator, epoch, host: `${host}:${port}`, nowMs: Date.now() };
    const turn = this.#sent++;
    const pair = this.#pairs[turn % this.#pairs.length];
    const [request] = presign(
      { ...plan, scheme: "sealed", tiers: [1] },
      pair === undefined ? [] : [pair],
      1,
      Math.floor(turn / this.#pairs.length),
    );
    // The one that has been idle longest, so that none is idle for seconds: the server would end it while a request is on its way.
    const idle = this.#idle.shift();
    if (request === undefined || idle === undefined) throw new Error("soak: no client");
    // Between two phases all were idle, and the server ended them.
    const client = idle.isOpen ? idle : this.#connect();
    const at = performance.now();
    const { status } = await client.send(request);
    this.#idle.push(client);
    return status === 202 ? performance.now() - at : null;
  }
}

async function statusOf({ port }: BenchServer): Promise<Status> {
  return JSON.parse((await ask({ port }, { path: "/v1/status" })).body) as Status;
}

function storeMb(dataDir: string): number {
  const files = readdirSync(dataDir).filter((name) => name.startsWith("assay.db"));
  return files.reduce((total, name) => total + statSync(join(dataDir, name)).size, 0) / megabyte;
}

async function sliceOf(
  server: BenchServer,
  { latenciesMs, refused }: { latenciesMs: number[]; refused: number },
): Promise<Slice> {
  // Once: a look at the delays of the event loop begins them anew.
  const { body } = await ask({ socketPath: server.metricsSocket });
  return {
    accepted: latenciesMs.length,
    refused,
    p99Ms: percentile(latenciesMs, 0.99),
    rssMb: metricIn(body, "process_resident_memory_bytes") / megabyte,
    descriptors: readdirSync(`/proc/${server.pid}/fd`).length,
    loopDelayMs: 1000 * metricIn(body, "nodejs_eventloop_lag_p99_seconds"),
    storeMb: storeMb(join(server.metricsSocket, "..")),
  };
}

/** The median of the last third over that of the first third of what is compared. */
function growth(slices: readonly Slice[], of: (slice: Slice) => number): number {
  const third = Math.max(1, Math.floor(slices.length / 3));
  return median(slices.slice(-third).map(of)) / median(slices.slice(0, third).map(of));
}

/** A long run at 70 % of what the machine takes; `--seconds 1800` is the documented one. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const server = await startValidator();
  try {
    const status = await statusOf(server);
    const stream = new Stream(server, status, await hotkeys(1024));
    options.progress(`seeking the most for ${PEAK_S} s`);
    const peak = (await stream.run(PEAK_S, null)).latenciesMs.length / PEAK_S;
    const perS = LOAD * peak;
    const slices: Slice[] = [];
    const length = Math.max(5, options.seconds / 30);
    for (let done = 0; done < options.seconds; done += length) {
      await stream.look();
      const slice = await sliceOf(server, await stream.run(length, perS));
      slices.push(slice);
      options.progress(
        `${Math.round(done + length)} s: ${JSON.stringify(slice, (_, value) => (typeof value === "number" ? round(value, 1) : value))}`,
      );
    }
    stream.close();
    const settled = slices.slice(Math.ceil(slices.length * SETTLING));
    const last = slices.at(-1);
    return {
      bench: "soak",
      figures: {
        peak_per_s: round(peak, 1),
        load_per_s: round(perS, 1),
        accepted: slices.reduce((total, { accepted }) => total + accepted, 0),
        refused: slices.reduce((total, { refused }) => total + refused, 0),
        rss_mb: round(last?.rssMb ?? Number.NaN, 1),
        descriptors: last?.descriptors ?? Number.NaN,
        p99_ms: round(median(settled.map(({ p99Ms }) => p99Ms)), 1),
        store_bytes_per_submission: round(bytesEach(settled), 0),
      },
      ratios: {
        rss_growth: round(growth(settled, ({ rssMb }) => rssMb)),
        descriptors_growth: round(growth(settled, ({ descriptors }) => descriptors)),
        p99_growth: round(growth(settled, ({ p99Ms }) => p99Ms)),
        loop_delay_growth: round(growth(settled, ({ loopDelayMs }) => loopDelayMs)),
      },
      machine: machine(),
    };
  } finally {
    await server.stop();
  }
}

/** What a submission adds to the store while nothing is old enough to be dropped. */
function bytesEach(slices: readonly Slice[]): number {
  const [first, last] = [slices[0], slices.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  const accepted = slices.slice(1).reduce((total, slice) => total + slice.accepted, 0);
  return ((last.storeMb - first.storeMb) * megabyte) / accepted;
}
