import { type Static, Type } from "typebox";

const strict = { additionalProperties: false } as const;

const nodeView = Type.Object(
  {
    node: Type.Integer({ description: "The number of the process, which a later one never has again" }),
    name: Type.String(),
    roles: Type.Array(Type.String()),
    version: Type.String(),
    alive: Type.Boolean({ description: "Its lease holds" }),
    here: Type.Boolean({ description: "It is the process that answers" }),
    cordoned: Type.Boolean({ description: "It takes no new work" }),
    draining: Type.Boolean({ description: "It ends what it has, and then stops" }),
    joined_at: Type.Number({ description: "Unix ms" }),
    until: Type.Number({ description: "When its lease runs out, or ran out, Unix ms" }),
  },
  strict,
);

export const nodeList = Type.Object({ items: Type.Array(nodeView) }, strict);
export type NodeList = Static<typeof nodeList>;

export const orderBody = Type.Object(
  {
    node: Type.String({ minLength: 1, maxLength: 200, description: "Its number or its name" }),
    order: Type.Union([Type.Literal("cordon"), Type.Literal("uncordon"), Type.Literal("drain")]),
  },
  strict,
);
export type NodeOrderRequest = Static<typeof orderBody>;

export const ordered = Type.Object(
  { heard: Type.Integer({ description: "Processes that the order is for" }) },
  strict,
);
