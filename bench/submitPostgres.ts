import { database } from "./database.ts";
import type { LoadResult } from "./load.ts";
import { type Loader, loaderFor, REQUESTS_PER_S_MOST } from "./loader.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { type BenchServer, benchConfig, minerCounts, startValidatorWith } from "./server.ts";

/** In turn: what else the machine does meets both alike. */
const SLICE_S = 2;
const WARM_UP_S = 4;

interface Subject {
  readonly server: BenchServer;
  readonly loader: Loader;
  readonly results: LoadResult[];
}

async function subjectOf(store: object, options: BenchOptions): Promise<Subject> {
  const server = await startValidatorWith({ ...benchConfig, store }, async () => undefined);
  return { server, loader: await loaderFor(server, options), results: [] };
}

async function inSlices(subjects: readonly [string, Subject][], options: BenchOptions): Promise<void> {
  const { clients, seconds, progress } = options;
  for (const [name, { loader }] of subjects)
    await loader.run(`${name} warm-up`, { clients, seconds: WARM_UP_S, perS: REQUESTS_PER_S_MOST });
  const rounds = Math.max(1, Math.round(seconds / SLICE_S));
  const signed = subjects.map(([name, subject]) => ({
    subject,
    requests: subject.loader.sign(name, rounds * SLICE_S * REQUESTS_PER_S_MOST),
  }));
  progress(`in turn: ${rounds} slices of ${SLICE_S} s each, ${clients} clients`);
  for (let slice = 0; slice < rounds; slice++) {
    for (const { subject, requests } of signed) {
      const result = await subject.loader.send(requests, { clients, seconds: SLICE_S });
      requests.splice(0, result.sent);
      subject.results.push(result);
    }
  }
}

const sum = (results: readonly LoadResult[], of: (result: LoadResult) => number): number =>
  results.reduce((total, result) => total + of(result), 0);

const perSecond = ({ results }: Subject): number =>
  sum(results, ({ accepted }) => accepted) / sum(results, ({ seconds }) => seconds);

function percentile({ results }: Subject, share: number): number {
  const sorted = results.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Answers other than 202, 429 and 503. */
function failures({ results }: Subject): number {
  const fine = new Set(["202", "429", "503"]);
  return sum(results, ({ statuses }) =>
    Object.entries(statuses).reduce((total, [status, count]) => total + (fine.has(status) ? 0 : count), 0),
  );
}

/** The submit path on PostgreSQL beside SQLite, in turn on the same cores, which the server shares with the validator. */
export async function compareStores(options: BenchOptions): Promise<BenchReport> {
  const { url, drop } = await database();
  const sqlite = await subjectOf({ kind: "sqlite" }, options);
  const postgres = await subjectOf({ kind: "postgres", url }, options);
  try {
    await inSlices(
      [
        ["sqlite", sqlite],
        ["postgres", postgres],
      ],
      options,
    );
    const [ofPostgres, ofSqlite] = [perSecond(postgres), perSecond(sqlite)];
    return {
      bench: "submit",
      figures: {
        postgres_accepted_per_s: round(ofPostgres, 1),
        sqlite_accepted_per_s: round(ofSqlite, 1),
        postgres_p50_ms: round(percentile(postgres, 0.5), 1),
        postgres_p99_ms: round(percentile(postgres, 0.99), 1),
        sqlite_p99_ms: round(percentile(sqlite, 0.99), 1),
        postgres_failures: failures(postgres),
        postgres_submitted: (await minerCounts(postgres.server)).submitted,
      },
      ratios: { postgres_to_sqlite: round(ofPostgres / ofSqlite) },
      machine: machine(),
    };
  } finally {
    await sqlite.server.stop();
    await postgres.server.stop();
    await drop();
  }
}
