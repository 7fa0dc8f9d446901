import type { SchemeName } from "../src/challenge/scheme.ts";
import { type Loader, loaderFor, type Phase } from "./loader.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { type BenchServer, benchConfig, metric, startValidatorWith } from "./server.ts";

/** Slices of one second in turn: what else the machine does meets both alike. */
const SLICE_S = 1;
const PER_S_MOST = 3000;

interface Subject {
  readonly server: BenchServer;
  readonly loader: Loader;
  /** Accepted answers and the time that they took. */
  readonly total: { accepted: number; seconds: number };
}

/** A validator that issues ids of the scheme, and requests in rotation over all hotkeys and both tiers. */
async function subjectOf(scheme: SchemeName, options: BenchOptions): Promise<Subject> {
  const config = { ...benchConfig, challenge: { scheme, accept: [scheme] } };
  const server = await startValidatorWith(config, async () => undefined);
  return {
    server,
    loader: await loaderFor(server, options, { scheme, tiers: [1, 2] }),
    total: { accepted: 0, seconds: 0 },
  };
}

/** Sends every hotkey's first answers of both tiers; returns accepted answers per second, and what else was answered. */
async function firstPass({ loader }: Subject, options: BenchOptions) {
  const requests = 2 * options.hotkeys;
  // The load ends with its requests, which is long before the time is over.
  const phase: Phase = { clients: options.clients, seconds: 60, perS: requests / 60 };
  const { accepted, sent, seconds } = await loader.run("first pass", phase);
  return { perS: accepted / seconds, refused: sent - accepted };
}

const perSecond = ({ total }: Subject): number => total.accepted / total.seconds;

async function inSlices(
  subjects: Readonly<Record<string, Subject>>,
  { seconds, clients, progress }: BenchOptions,
): Promise<void> {
  const signed = Object.entries(subjects).map(([name, subject]) => ({
    ...subject,
    requests: subject.loader.sign(name, seconds * PER_S_MOST),
  }));
  progress(`in turn: ${seconds} slices of ${SLICE_S} s each, ${clients} clients`);
  for (let slice = 0; slice < seconds; slice++) {
    for (const { loader, requests, total } of signed) {
      const { accepted, sent, seconds: took } = await loader.send(requests, { clients, seconds: SLICE_S });
      requests.splice(0, sent);
      total.accepted += accepted;
      total.seconds += took;
    }
  }
}

/** Both schemes in turn: maps are cold at the start, and what they admit is compared after the first pass. */
export async function compareSchemes(options: BenchOptions): Promise<BenchReport> {
  const indexed = await subjectOf("indexed", options);
  const sealed = await subjectOf("sealed", options);
  try {
    const cold = await firstPass(indexed, options);
    await firstPass(sealed, options);
    await inSlices({ sealed, indexed }, options);
    const [indexedPerS, sealedPerS] = [perSecond(indexed), perSecond(sealed)];
    return {
      bench: "submit",
      figures: {
        indexed_accepted_per_s: round(indexedPerS, 1),
        sealed_accepted_per_s: round(sealedPerS, 1),
        indexed_cold_per_s: round(cold.perS, 1),
        indexed_cold_refused: cold.refused,
        index_bytes: await metric(indexed.server, "assay_index_bytes"),
        index_builds: await metric(indexed.server, "assay_index_builds_total"),
      },
      ratios: { indexed_to_sealed: round(indexedPerS / sealedPerS) },
      machine: machine(),
    };
  } finally {
    await indexed.server.stop();
    await sealed.server.stop();
  }
}
