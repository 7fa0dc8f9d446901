import { type Static, Type } from "typebox";

const strict = { additionalProperties: false } as const;

export const drainBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, description: "Logged" }) },
  strict,
);

export const drainState = Type.Object(
  {
    draining: Type.Boolean({ description: "This process takes no new work" }),
    reason: Type.Union([Type.String(), Type.Null()]),
    since: Type.Union([Type.Number({ description: "Unix ms" }), Type.Null()]),
    open: Type.Object(
      {
        submissions: Type.Integer({
          description:
            "Verification units of submissions that are admitted or being admitted, without an end",
        }),
        jobs: Type.Integer({ description: "Jobs at miners" }),
        proofs: Type.Integer({ description: "Answers to jobs without a verdict" }),
      },
      { ...strict, description: "What this process has open in memory" },
    ),
  },
  strict,
);
export type DrainState = Static<typeof drainState>;
