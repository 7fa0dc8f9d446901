import type { FrameRefusal } from "../flow/link.ts";
import type { DispatchMeasures } from "./measures.ts";

/** Counts a frame about a job that has no effect; returns why. */
export function refusedFrame(
  { refused }: Pick<DispatchMeasures, "refused">,
  code: FrameRefusal,
): FrameRefusal {
  refused.add({ code });
  return code;
}
