import { type Static, Type } from "typebox";

const strict = { additionalProperties: false } as const;
const count = Type.Integer({ minimum: 0 });
const amount = Type.Number({ minimum: 0 });
const orNull = <P extends Parameters<typeof Type.Union>[0][number]>(schema: P) =>
  Type.Union([schema, Type.Null()]);

const disk = Type.Object(
  {
    free_bytes: count,
    reserve_bytes: Type.Integer({ minimum: 0, description: "observe.disk_reserve" }),
    forecast: Type.Enum(["not_known_yet", "not_filling", "filling"], {
      description: "not_known_yet in the first hour after a start",
    }),
    days_until_full: orNull(
      Type.Number({ minimum: 0, description: "Until the reserve is reached at the pace of the last day" }),
    ),
  },
  strict,
);

const bounded = Type.Object(
  {
    name: Type.String(),
    used: Type.Number({ minimum: 0 }),
    most: amount,
    waiting: orNull(count),
    unit: Type.String({ description: "What is counted" }),
  },
  strict,
);

export const systemState = Type.Object(
  {
    version: Type.String(),
    node_version: Type.String({ description: "Of the runtime" }),
    roles: Type.Array(Type.String()),
    running_ms: Type.Number({ minimum: 0, description: "Since this process started" }),
    memory_bytes: Type.Integer({ minimum: 0, description: "Resident memory of this process" }),
    store: Type.Object(
      {
        kind: Type.Enum(["sqlite", "postgres"]),
        bytes: orNull(
          Type.Integer({ minimum: 0, description: "Of the embedded store's files; null for a server's" }),
        ),
      },
      strict,
    ),
    disk: orNull(disk),
    bounds: Type.Array(bounded, {
      description: "What is held against its bound: gates, verification, threads",
    }),
  },
  strict,
);

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
export type SystemState = DeepReadonly<Static<typeof systemState>>;
