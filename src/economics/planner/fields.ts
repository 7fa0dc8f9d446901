/** One input of `assay plan`: a flag, and the same word with underscores in its YAML file. */
export interface PlanField {
  readonly value: string;
  readonly text: string;
  /** The value when it is left out; null where the text says so. */
  readonly usual: string | null;
}

/** Every input with its unit. The settings are those of the default configuration; the stakes are an example of a concentrated network. */
export const planFields = {
  rate: {
    value: "fraction",
    text: "share of the jobs that is verified, such as 20/500 or 0.04",
    usual: "20/500",
  },
  strikes: { value: "count", text: "number of detections that suspend a miner", usual: "1" },
  window_blocks: { value: "blocks", text: "number of blocks for which a strike counts", usual: "7200" },
  suspension_tempos: { value: "tempos", text: "length of a suspension", usual: "20" },
  before: {
    value: "setting",
    text: "another setting to compare with: rate:FRACTION or budget:COUNT@JOBS (checks per tempo, of that number of jobs), strikes:COUNT, tempos:COUNT, window:BLOCKS; the default of each part is the setting above",
    usual: null,
  },
  stakes: {
    value: "percents",
    text: "stake of each validator in percent of all stake",
    usual: "44.40,35.70,7.09,6.24,4.49",
  },
  ours: { value: "position", text: "which of the stakes is ours, from 1", usual: "2" },
  others_rate: {
    value: "fraction",
    text: "rate at which the other validators verify independently (default: ours)",
    usual: null,
  },
  income_per_day: { value: "amount", text: "what a miner earns per day from all validators", usual: "0.02" },
  gain: {
    value: "amount",
    text: "what one cheat earns or saves (default: 0.5 % of a day's income, 7 minutes' worth)",
    usual: null,
  },
  caught_gain: {
    value: "kept|lost",
    text: "whether a cheat that is caught keeps its gain",
    usual: "kept",
  },
  margin: {
    value: "share",
    text: "share of the income that a suspension costs, 0..1: 1 when costs continue, the profit margin when they stop",
    usual: "1",
  },
  margins: {
    value: "shares",
    text: "further margins for the verdict table",
    usual: "1,0.5,0.2,0.1",
  },
  jobs_per_tempo: { value: "count", text: "jobs that a miner does for us per tempo", usual: "7000" },
  tempo_blocks: { value: "blocks", text: "length of a tempo", usual: "360" },
  block_seconds: { value: "seconds", text: "length of a block", usual: "12" },
  discount_per_day: {
    value: "share",
    text: "value today of an income of 1 tomorrow; 1 means no discount",
    usual: "1",
  },
  identity_cost: {
    value: "amount",
    text: "price of a new identity, which caps what a suspension can cost (default: no cap)",
    usual: null,
  },
  cold_start_blocks: {
    value: "blocks",
    text: "number of blocks for which a new identity has no weight",
    usual: "1800",
  },
  cheats: { value: "count", text: "number of cheats at each validator, for the income lost", usual: "1" },
  factor: {
    value: "number",
    text: "how many times its gain a cheat should cost; for the recommendation",
    usual: "3",
  },
} as const satisfies Record<string, PlanField>;

export type PlanKey = keyof typeof planFields;

/** The inputs as written, by flag or file. */
export type PlanTexts = Partial<Record<PlanKey, string>>;
