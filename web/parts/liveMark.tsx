import { now } from "../live/clock.ts";
import { isStale, live } from "../live/live.ts";
import { duration } from "../read/format.ts";
import { Badge } from "./badge.tsx";

/** Whether what is shown is of this moment. */
export function LiveMark() {
  const { at, by, problem } = live.value;
  if (at === null)
    return (
      <Badge tone={problem === null ? "quiet" : "bad"}>{problem === null ? "connecting" : "offline"}</Badge>
    );
  if (isStale.value || problem !== null)
    return <Badge tone="warn">last seen {duration(Math.max(1000, now.value - at))} ago</Badge>;
  return (
    <Badge tone="good" title={by === "events" ? "Told by the validator as it happens" : "Asked every 5 s"}>
      live
    </Badge>
  );
}
