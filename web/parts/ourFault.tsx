import { useReading } from "../live/reading.ts";
import * as resources from "../read/resources.ts";

/** Said while the validator itself is not ready: what fails then is not counted against a miner. */
export function OurFault(_: { hotkey: string }) {
  const { problem } = useReading(resources.readiness, { everyMs: 30_000 }).reading;
  if (problem === null || problem.status !== 503) return null;
  return (
    <div class="note warn" role="status">
      <strong>
        <span aria-hidden="true">▲ </span>The validator is not ready.
      </strong>{" "}
      {problem.detail} What fails meanwhile is presumed to be its fault, and is not counted against any miner.
    </div>
  );
}
