import type { SchemeName } from "../src/challenge/scheme.ts";
import { inSlices, perSecond, type Subject } from "./inTurn.ts";
import { loaderFor, type Phase } from "./loader.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { benchConfig, metric, startValidatorWith } from "./server.ts";

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
