import { type Static, Type } from "typebox";

const strict = { additionalProperties: false } as const;

const item = Type.Object(
  {
    key: Type.String({ description: "Such as admit.gate.wait_ms" }),
    value: Type.Unknown({
      description:
        "Secrets are hidden, as are path, user and password of addresses; files are named, not read",
    }),
    source: Type.Enum(["default", "file", "environment", "flag"], {
      description: "Later ones override earlier ones; what --demo sets counts as a flag",
    }),
    place: Type.Union([Type.String(), Type.Null()], {
      description: "The line of the file, or the variable; null for defaults and flags",
    }),
  },
  strict,
);

export const configInForce = Type.Object(
  { items: Type.Array(item, { description: "Every key, in the order of the documentation" }) },
  strict,
);

type Item = Readonly<Static<typeof item>>;
export interface ConfigView {
  readonly items: readonly Item[];
}
