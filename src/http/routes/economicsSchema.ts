import { Type } from "typebox";

const strict = { additionalProperties: false } as const;
const share = Type.Number({ minimum: 0, maximum: 1 });
const amount = Type.Number({ minimum: 0 });
const orNull = <P extends Parameters<typeof Type.Union>[0][number]>(schema: P) =>
  Type.Union([schema, Type.Null()]);

const stake = {
  uid: Type.Integer({ minimum: 0 }),
  hotkey: Type.String(),
  stake: amount,
  share: Type.Number({ minimum: 0, maximum: 1, description: "Of the stake of all validators" }),
};

const cell = Type.Object(
  {
    reading: Type.String({ description: "What a cheat gains" }),
    gain: Type.Number({ minimum: 0, description: "In days of a miner's income" }),
    margin: Type.Number({
      minimum: 0,
      maximum: 1,
      description: "Share of the income that a suspension costs",
    }),
    ratio: orNull(Type.Number({ description: "Penalty / gain; null where there is nothing to gain" })),
    loses: Type.Boolean(),
  },
  strict,
);

const verdict = Type.Object(
  {
    lane: Type.String(),
    verdict: Type.Enum(["loses", "pays", "depends"], {
      description: "Whether a cheat loses in every cell, in none, or depending on what it gains",
    }),
    break_even_gain: orNull(
      Type.Number({
        description:
          "A cheat that gains less loses, in days of a miner's income; null when no cheat gains anything",
      }),
    ),
    cells: Type.Array(cell, { maxItems: 16 }),
  },
  strict,
);

/** Stakes, concentration and verdict on live numbers. */
export const economics = Type.Object(
  {
    stake: Type.Number({ minimum: 0, description: "Of all validators, in whole units of the chain" }),
    validators_total: Type.Integer({ minimum: 1 }),
    validators: Type.Array(Type.Object(stake, strict), { maxItems: 64, description: "The largest first" }),
    hhi: share,
    effective_n: Type.Number({
      minimum: 1,
      description: "As concentrated as this number of equal validators",
    }),
    ours: orNull(
      Type.Object(
        { ...stake, rank: Type.Integer({ minimum: 1 }) },
        { ...strict, description: "This validator; null where it has no stake or no permit" },
      ),
    ),
    income_per_day: orNull(
      Type.Number({ minimum: 0, description: "Of a typical miner from all validators; null where unknown" }),
    ),
    jobs_per_tempo: orNull(
      Type.Number({
        minimum: 0,
        description: "Accepted answers of a typical miner; null while none is at work",
      }),
    ),
    verdicts: Type.Array(verdict, { description: "One per lane" }),
    missing: Type.Array(Type.String(), { description: "What is not known, and what follows from that" }),
  },
  { ...strict, description: "On the chain's own numbers; null on a chain without stakes" },
);
