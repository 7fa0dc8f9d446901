import { type Static, Type } from "typebox";

const strict = { additionalProperties: false } as const;
const count = Type.Integer({ minimum: 0 });
const orNull = <P extends Parameters<typeof Type.Union>[0][number]>(schema: P) =>
  Type.Union([schema, Type.Null()]);

/** Of the miner's own page too. */
export const minerLimit = Type.Enum(["no_link", "resting", "unread", "new", "capacity", "cap"], {
  description:
    "What bounds its jobs now: it has no link; it failed and rests; it does not read what was sent; it has too few results; it wants no more; its cap",
});

const miner = Type.Object(
  {
    hotkey: Type.String(),
    transport: orNull(Type.Enum(["stream", "dial"])),
    in_flight: count,
    cap: Type.Integer({ minimum: 0, description: "In force: the most jobs that it has at once" }),
    learned_cap: Type.Integer({ minimum: 1, description: "In force once it has enough results" }),
    capacity: orNull(Type.Integer({ minimum: 0, description: "The most jobs that it wants at once" })),
    limit: minerLimit,
  },
  strict,
);

const kind = Type.Object(
  {
    lane: Type.String(),
    kind: Type.String(),
    deadline_ms: Type.Number({ minimum: 0, description: "What a miner has for a job" }),
    reference_ms: Type.Number({ minimum: 0, description: "What one answer is worth; 0 while not known" }),
    verified: Type.Integer({ minimum: 0, description: "Verified answers that both come from" }),
  },
  strict,
);

export const dispatchState = Type.Object(
  {
    held: orNull(
      Type.String({
        description: "Why no jobs are handed out at the moment; null when nothing holds them back",
      }),
    ),
    linked: Type.Integer({ minimum: 0, description: "Miners with a link" }),
    ready: Type.Integer({ minimum: 0, description: "Miners that could take a job now" }),
    in_flight: count,
    ceiling: orNull(Type.Integer({ minimum: 0, description: "The bound in force, configured or by memory" })),
    bytes: Type.Integer({
      minimum: 0,
      description: "Of jobs in flight, and of answers that wait to be verified",
    }),
    bytes_most: count,
    queued: Type.Integer({ minimum: 0, description: "Customers' jobs that wait for a miner" }),
    kinds: Type.Array(kind),
    miners: Type.Array(miner, { maxItems: 512, description: "Those with a link first" }),
  },
  strict,
);

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
export type DispatchState = DeepReadonly<Static<typeof dispatchState>>;
