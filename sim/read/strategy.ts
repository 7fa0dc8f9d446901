import { z } from "zod";
import type { Strategy } from "../scenario.ts";
import { DAY_MS, length } from "./length.ts";

const YEAR_MS = 366 * DAY_MS;
const span = () => length(1, YEAR_MS);

/** Kinds without parameters; `honest` is short for `{kind: honest}`. */
const plainKinds = ["honest", "always", "copy", "sybil", "predictor"] as const;

const trickle = z
  .strictObject({
    kind: z.literal("trickle"),
    cheats: z.int().min(1).max(1_000_000).describe("Cheats in every window"),
    window: span().describe("Length of the window, from when it joined"),
  })
  .transform(({ window, ...rest }) => ({ ...rest, window_ms: window }));

const burst = z
  .strictObject({
    kind: z.literal("burst"),
    every: span(),
    lasts: span().describe("The last part of every period, in which it cheats at every job"),
  })
  .refine(({ every, lasts }) => lasts <= every, { path: ["lasts"], error: "must not be above every" })
  .transform(({ every, lasts, kind }) => ({ kind, every_ms: every, lasts_ms: lasts }));

const sleeper = z
  .strictObject({ kind: z.literal("sleeper"), honest_for: length(0, YEAR_MS) })
  .transform(({ kind, honest_for }) => ({ kind, honest_for_ms: honest_for }));

const abort = z
  .strictObject({
    kind: z.literal("abort"),
    over: span().describe("Jobs that would take longer are not answered"),
    how: z.enum(["silent", "give_back"]),
  })
  .transform(({ over, ...rest }) => ({ ...rest, over_ms: over }));

const lazy = z.strictObject({ kind: z.literal("lazy"), answer: z.enum(["empty", "stale"]) });
const congestor = z.strictObject({
  kind: z.literal("congestor"),
  factor: z.number().min(1).max(1000).describe("It claims this many times its capacity"),
});
const plain = z.strictObject({ kind: z.literal(plainKinds) });

const kinds = z.discriminatedUnion("kind", [plain, trickle, burst, sleeper, abort, lazy, congestor], {
  error: `must be one of ${[...plainKinds, "trickle", "burst", "sleeper", "abort", "lazy", "congestor"].join(", ")}`,
});

/** How the miners of a fleet behave: a word, or a mapping with the word as `kind` and its parameters. */
export const strategySchema = z.union(
  [z.enum(plainKinds).transform((kind) => ({ kind })), kinds],
  `must be ${plainKinds.join(", ")}, or a mapping with kind, such as {kind: trickle, cheats: 20, window: 24h}`,
) satisfies z.ZodType<Strategy>;
