import type { Standing } from "../../flow/standing.ts";
import type { Judge } from "../../judge/judge.ts";

export type StandingWord = Standing["standing"];
export type Census = Readonly<Record<StandingWord, number>>;

/** The standing of every hotkey that judge remembers. */
export function standingsOf(judge: Pick<Judge, "memory" | "standing">): Map<string, StandingWord> {
  const standings = new Map<string, StandingWord>();
  for (const sighting of judge.memory.sightings.values())
    standings.set(sighting.hotkey, judge.standing(sighting).standing);
  return standings;
}

export function censusOf(standings: ReadonlyMap<string, StandingWord>): Census {
  const counts = { active: 0, cold_start: 0, suspended: 0 };
  for (const standing of standings.values()) counts[standing]++;
  return counts;
}
