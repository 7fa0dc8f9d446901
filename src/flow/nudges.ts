/**
 * `pending`: a submission that nobody checks was recorded. `standing`: a strike, suspension or release. `streams`: a stream was taken.
 * `jobs`: a customer's job was added, or given back.
 */
export type NudgeTopic = "pending" | "standing" | "streams" | "jobs";

/** Hints that something was committed, so that it need not wait for the next poll. Any of them may be lost, repeated or late. */
export interface Nudges {
  /** Returns what ends it. */
  listen(topic: NudgeTopic, heard: () => void): () => void;
}
