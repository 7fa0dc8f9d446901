import type { FrameRefusal } from "../../flow/link.ts";

/** Every code of an `error` frame, with the detail that goes with it. */
export const frameCodes = {
  bad_json: "A text frame is one JSON value.",
  bad_frame: "The frame is no object, or a member of it is missing or of the wrong shape.",
  too_deep: "The frame nests deeper than 16 levels.",
  too_large: "The header of a binary frame is longer than 1024 bytes.",
  unknown_type: "The type of a frame is hello, answer, fail, ping or pong.",
  hello_expected: "The first frame is a hello, and comes within 10 s.",
  hello_again: "A stream has one hello; open a new stream to change what it said.",
  no_lane_served: "None of the lanes of the hello is served here.",
  job_unknown: "No job of that id is under way.",
  job_not_yours: "The job is another miner's.",
  job_already_answered: "The job has an answer already.",
  too_many_pings: "One ping every 20 s is enough.",
  too_many_faults: "Too many faulty frames within a minute.",
  internal: "The validator failed on this frame; it is not counted as a fault.",
} as const satisfies Record<FrameRefusal, string> & Record<string, string>;

export type FrameCode = keyof typeof frameCodes;
