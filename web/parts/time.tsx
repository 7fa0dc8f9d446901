import { now } from "../live/clock.ts";
import { local, relative, utc } from "../read/format.ts";

/** A moment in the zone of who looks, with UTC on hover. `kind`: the moment, how long ago or until, or both. */
export function Time({ at, kind = "moment" }: { at: number | null; kind?: "moment" | "relative" | "both" }) {
  if (at === null) return <span class="dim">–</span>;
  const moment = local(at, now.value);
  const away = kind === "moment" ? "" : relative(at, now.value);
  const text = kind === "moment" ? moment : kind === "relative" ? away : `${moment} (${away})`;
  return (
    <time dateTime={new Date(at).toISOString()} title={`${local(at)} here\n${utc(at)}`}>
      {text}
    </time>
  );
}
