/** The note that a store has while it is the target of a copy: records are missing, so a start refuses it. */
export const COPYING_NOTE = "copying";
