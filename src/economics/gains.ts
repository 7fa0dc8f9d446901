/** One way to read what a cheat gains: an amount, whatever the margin, or one that depends on it. */
export interface GainReading {
  readonly reading: string;
  readonly gain: (margin: number) => number;
}

/** What one job pays: the share of the income that these jobs earn, over the jobs. */
export function incomePerJob(share: number, incomePerDay: number, jobsPerDay: number): number {
  return (share * incomePerDay) / jobsPerDay;
}

/** The compute that one skipped job saves when costs are what the margin leaves of its pay. */
export function computeSaved(perJob: number, margin: number): number {
  return (1 - margin) * perJob;
}

/** Parts of a day's income that a cheat might be worth where score or concurrency grow with speed. */
const partsOfDay = [
  { part: 0.0005, reading: "0.05 % of a day's income" },
  { part: 0.005, reading: "0.5 % of a day's income" },
  { part: 0.05, reading: "5 % of a day's income" },
] as const;

const fixed = (reading: string, gain: number): GainReading => ({ reading, gain: () => gain });

function readingsOfJob(share: number, incomePerDay: number, jobsPerDay: number): GainReading[] {
  const ours = incomePerJob(share, incomePerDay, jobsPerDay);
  return [
    { reading: "compute saved on a job here", gain: (margin) => computeSaved(ours, margin) },
    fixed("a job's income from here", ours),
    fixed("a job's income from all validators", incomePerJob(1, incomePerDay, jobsPerDay)),
  ];
}

/** The readings worth a row, from what a job pays (where the number of jobs is known) up to what only a growing score could. */
export function gainReadings(of: {
  readonly share: number;
  readonly incomePerDay: number;
  readonly jobsPerDay: number | null;
  readonly stated: number;
}): GainReading[] {
  return [
    ...(of.jobsPerDay === null ? [] : readingsOfJob(of.share, of.incomePerDay, of.jobsPerDay)),
    ...partsOfDay.map(({ part, reading }) => fixed(reading, part * of.incomePerDay)),
    fixed("as stated", of.stated),
  ];
}
