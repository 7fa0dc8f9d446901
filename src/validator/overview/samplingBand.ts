import { parseFraction } from "../../core/fraction.ts";
import { RecentMarks } from "../../core/queue/recentMarks.ts";
import { clopperPearson } from "../../economics/intervals.ts";
import type { DrawGroup, LogEntry, SamplePolicy } from "../../flow/draw.ts";
import type { OverviewView } from "../../http/handlers.ts";

export type Sampling = OverviewView["sampling"];

/** The probability that a rate that keeps to its design is outside of its band is at most 1 minus this. */
const CONFIDENCE = 0.99;
/** Draws that are told apart, so that a second answer to one challenge is not a second draw. */
const REMEMBERED = 32_768;

interface Counted {
  draws: number;
  sampled: number;
  /** The sum of the rates that the draws were made with. */
  rates: number;
}

const rateOf = (text: string): number => {
  const fraction = parseFraction(text);
  return fraction === null ? Number.NaN : Number(fraction.num) / Number(fraction.den);
};

/** Counts the draws in the log of a closed epoch, and compares them with their design. */
export class DrawCount {
  readonly #policy: SamplePolicy;
  readonly #lanes = new Map<string, Counted>();
  readonly #seen = new RecentMarks(REMEMBERED);
  #draws = 0;

  constructor(policy: SamplePolicy) {
    this.#policy = policy;
  }

  get draws(): number {
    return this.#draws;
  }

  add(entry: LogEntry): void {
    if (entry.type === "draws") this.#addGroup(entry);
    else if (entry.type === "draw" && this.#isNew(entry.x))
      this.#count(entry.lane, rateOf(entry.rate), entry.sampled);
  }

  /** The band holds the mean rate of the design; exact for one rate, and wider than needed for a mixture. */
  bands(epoch: number): Sampling {
    return [...this.#lanes].map(([lane, { draws, sampled, rates }]) => ({
      ...{ lane, epoch, design: rates / draws, realised: sampled / draws },
      ...clopperPearson(sampled, draws, CONFIDENCE),
    }));
  }

  #addGroup({ lane, rows }: DrawGroup): void {
    for (const row of rows) {
      const [, , drawClass = "", sampled] = row.split(" ");
      this.#count(lane, this.#rateOfClass(lane, drawClass), sampled === "1");
    }
  }

  #rateOfClass(lane: string, drawClass: string): number {
    const { lanes, classes } = this.#policy;
    const text = drawClass === "lane" ? lanes[lane] : classes[drawClass as keyof typeof classes];
    return rateOf(text ?? "1");
  }

  #isNew(x: string): boolean {
    return this.#seen.add(Number.parseInt(x.slice(4, 12), 16), Number.parseInt(x.slice(12, 16), 16));
  }

  #count(lane: string, rate: number, sampled: boolean): void {
    const counted = this.#lanes.get(lane) ?? { draws: 0, sampled: 0, rates: 0 };
    this.#lanes.set(lane, counted);
    this.#draws++;
    counted.draws++;
    counted.rates += rate;
    if (sampled) counted.sampled++;
  }
}
