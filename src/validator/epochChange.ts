import type { Config } from "../config/schema.ts";
import { canonical } from "../core/canonical.ts";
import type { EpochSpan } from "../core/epochs.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { ChallengeTerms, EpochRecord, SamplePolicy } from "../flow/draw.ts";
import type { Store } from "../flow/store.ts";
import { calendarOf, firstUncommitted, spanOf } from "../sample/calendar.ts";
import { challengeTermsOf, lanesOf, samplePolicyOf } from "./lanes.ts";

/** What the configuration says about epochs that are not on record yet. */
export interface Configured {
  readonly hours: number;
  readonly policy: SamplePolicy;
  readonly terms: ChallengeTerms;
}

export function configuredEpochs(config: Config): Configured {
  // Circuits make no challenges.
  const lanes = lanesOf({ config, circuits: [] });
  return {
    hours: config.challenge.epoch_hours,
    policy: samplePolicyOf(config),
    terms: challengeTermsOf(config, lanes),
  };
}

/** A configuration that differs from what the open epochs were made with. */
export interface EpochChange {
  /** The keys that differ. */
  readonly keys: readonly string[];
  /** Where the configuration takes effect. */
  readonly from: EpochSpan;
}

function differing({ hours, policy, terms }: Configured, record: EpochRecord): string[] {
  const differs = (a: unknown, b: unknown): boolean => canonical(a ?? null) !== canonical(b ?? null);
  const keys: string[] = [];
  if (spanOf(record, hours).hours !== hours) keys.push("challenge.epoch_hours");
  if (differs(policy, record.policy)) keys.push("lanes.*.rate, sample");
  if (!record.terms) return keys;
  if (record.terms.scheme !== terms.scheme) keys.push("challenge.scheme");
  for (const name of new Set([...Object.keys(terms.lanes), ...Object.keys(record.terms.lanes)])) {
    if (differs(terms.lanes[name], record.terms.lanes[name]))
      keys.push(`lanes.${name} (tiers, penalty or max_attempts)`);
  }
  return keys;
}

/** What of the configuration waits for a later epoch, and for which; null when nothing does. */
export function epochChange(
  open: readonly EpochRecord[],
  configured: Configured,
  nowMs: number,
): EpochChange | null {
  const calendar = calendarOf(open, configured.hours);
  const from = firstUncommitted(calendar, open, nowMs);
  const near = open.filter((record) => spanOf(record, configured.hours).endsAt > nowMs);
  const keys = [...new Set(near.flatMap((record) => differing(configured, record)))];
  return keys.length === 0 ? null : { keys, from };
}

/** One sentence for an operator. */
export function changeText({ keys, from }: EpochChange): string {
  return `changed, and in force from epoch ${from.epoch}, which begins at ${new Date(from.beginsAt).toISOString()}: ${keys.join("; ")}. Epochs that are on record keep what they were made with`;
}

/**
 * Another length of epochs numbers them anew. A number that was used before is never used again, since the key of its draws may be
 * public. Throws `config_invalid` when the first epochs of the new length have such numbers.
 */
export async function checkEpochNumbers(
  store: Pick<Store, "openEpochs" | "isEpochUsed">,
  { challenge }: Pick<Config, "challenge">,
  nowMs: number,
): Promise<void> {
  const hours = challenge.epoch_hours;
  const open = await store.openEpochs();
  if (open.length === 0 || open.every((record) => spanOf(record, hours).hours === hours)) return;
  const calendar = calendarOf(open, hours);
  const first = firstUncommitted(calendar, open, nowMs);
  for (const { epoch } of [first, calendar.after(first)]) {
    if (open.some((record) => record.epoch === epoch && spanOf(record, hours).hours === hours)) continue;
    if (await store.isEpochUsed(epoch)) throw new AssayError(usedNumber(hours, epoch));
  }
}

function usedNumber(hours: number, epoch: number) {
  const fault = `challenge.epoch_hours: with epochs of ${hours} h the next one would be number ${epoch}, which this store has used already; a number is never used twice. Choose another length`;
  return { code: "config_invalid", file: "assay.yaml", faults: [fault] } as const;
}
