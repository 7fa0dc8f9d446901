/** What a miner has seen so far; refusals by problem code, at most 64 kinds. */
export interface MinerTally {
  solved: number;
  submitted: number;
  accepted: number;
  rejected: number;
  void: number;
  earned: number;
  refused: Record<string, number>;
  state: string;
}

const KINDS_MAX = 64;

export function newMinerTally(): MinerTally {
  return {
    solved: 0,
    submitted: 0,
    accepted: 0,
    rejected: 0,
    void: 0,
    earned: 0,
    refused: {},
    state: "starting",
  };
}

export function countRefusal(tally: MinerTally, code: string): void {
  const known = code in tally.refused || Object.keys(tally.refused).length < KINDS_MAX;
  const key = known ? code : "other";
  tally.refused[key] = (tally.refused[key] ?? 0) + 1;
}

/** `busy 3, rate_limited 1`, or a dash. */
export function refusals(tally: MinerTally): string {
  const parts = Object.entries(tally.refused).map(([code, count]) => `${code} ${count}`);
  return parts.length > 0 ? parts.join(", ") : "-";
}
