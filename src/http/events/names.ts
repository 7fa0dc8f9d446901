/** Events by their names. `reset`: what was missed is not known any more, so everything is to be loaded anew. */
export const eventNames = ["overview", "weights", "strike", "standing", "epoch", "alert", "reset"] as const;

export type EventName = (typeof eventNames)[number];
