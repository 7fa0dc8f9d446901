import type { Static } from "typebox";
import type * as schemas from "../../src/http/routes/schemas.ts";
import type * as weightSchemas from "../../src/http/routes/weightSchemas.ts";

/** Types of the validator's documents that the handlers serve as text; all others are types of `handlers.ts`. */
export type StrikeList = Static<typeof schemas.strikeList>;
export type Strike = StrikeList["items"][number];
export type Receipt = Static<typeof schemas.receipt>;
export type Vector = Static<typeof schemas.vector>;
export type WeightsWithPlan = Static<typeof weightSchemas.weightsWithPlan>;
export type EpochRecord = Static<typeof schemas.epochRecord>;
