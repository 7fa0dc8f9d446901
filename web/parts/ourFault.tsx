import type { MinerDetails } from "../../src/http/handlers.ts";
import { now } from "../live/clock.ts";
import { useReading } from "../live/reading.ts";
import * as resources from "../read/resources.ts";
import { Time } from "./time.tsx";

/** For how long the page speaks of a fault that was presumed to be the validator's. */
const saidMs = 3_600_000;

/** Said while the validator itself is at fault: what fails then is not counted against a miner. */
export function OurFault({ details }: { details: MinerDetails | null }) {
  const { problem } = useReading(resources.readiness, { everyMs: 30_000 }).reading;
  const at = details?.presumed_ours_at ?? null;
  const isRecent = at !== null && now.value - at < saidMs;
  const isNotReady = problem !== null && problem.status === 503;
  if (!isRecent && !isNotReady) return null;
  return (
    <div class="note warn" role="status">
      <strong>
        <span aria-hidden="true">▲ </span>Our outage, not counted.
      </strong>{" "}
      {isNotReady ? `The validator is not ready: ${problem.detail} ` : null}
      {isRecent ? (
        <>
          Many miners failed to connect at once (<Time at={at} kind="both" />
          ), so the fault is presumed to be the validator's.{" "}
        </>
      ) : null}
      What fails meanwhile is not counted against any miner.
    </div>
  );
}
