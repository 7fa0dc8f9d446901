import type { FrameRefusal } from "../../flow/link.ts";

/** Every code of an `error` frame, with the detail that goes with it. */
export const frameCodes = {
  bad_json: "The text frame is not valid JSON; send one JSON object per frame.",
  bad_frame: "The frame is not an object, or a member is missing or has the wrong form; correct the frame.",
  too_deep: "The JSON of the frame is nested deeper than 16 levels; send a flatter frame.",
  too_large: "The header of the binary frame is longer than 1024 bytes; put the answer after the header.",
  unknown_type: "The type of the frame is unknown; send hello, answer, fail, ping or pong.",
  hello_expected: "The first frame was not a hello, or no hello came within 10 s; send a hello first.",
  hello_again: "The stream has had its hello; open a new stream to change the lanes or the capacity.",
  no_lane_served: "None of the lanes in the hello is served here; GET /v1/status lists the push lanes.",
  no_kind_served: "None of the kinds in the hello is served here; GET /v1/circuits lists those that are.",
  job_unknown: "No job with that id is in flight: it has ended, or never existed. Drop the answer.",
  job_not_yours: "The job was given to another miner; answer only jobs that this hotkey was sent.",
  job_already_answered: "The job already has an answer; send one answer per job.",
  too_many_pings: "Pings came too often; send one every 20 s.",
  too_many_faults: "More than 100 faulty frames came within a minute, so the stream ends; correct the miner.",
  internal: "The validator failed to handle the frame; this is not counted as a fault of the miner.",
} as const satisfies Record<FrameRefusal, string> & Record<string, string>;

export type FrameCode = keyof typeof frameCodes;
