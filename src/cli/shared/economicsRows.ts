import { fourDigits, percent } from "../../core/figures.ts";
import type { Status } from "../../http/handlers.ts";

type Economics = NonNullable<Status["economics"]>;

const words = { loses: "a cheat loses", pays: "a CHEAT PAYS", depends: "depends on the gain" } as const;

function verdictText({ verdict, break_even_gain: turn }: Economics["verdicts"][number]): string {
  if (turn === null) return `${words[verdict]}: it gains nothing`;
  return `${words[verdict]}; it loses while it gains less than ${percent(turn)} of a day's income`;
}

/** The rows of `assay status` on stakes and deterrence; none on a chain without stakes. */
export function economicsRows(economics: Economics | null): string[][] {
  if (economics === null) return [];
  const { validators_total: count, hhi, effective_n, ours, income_per_day, jobs_per_tempo } = economics;
  return [
    ["stake", `${count} validators, HHI ${fourDigits(hhi)}, as with ${fourDigits(effective_n)} equal ones`],
    ["our stake", ours === null ? "none" : `${percent(ours.share)}, rank ${ours.rank} of ${count}`],
    [
      "a miner",
      `${fourDigits(income_per_day)} per day from all validators, ${fourDigits(jobs_per_tempo)} answers per tempo here`,
    ],
    ...economics.verdicts.map((verdict) => [`verdict ${verdict.lane}`, verdictText(verdict)]),
    ...economics.missing.map((text) => ["not known", text]),
  ];
}
