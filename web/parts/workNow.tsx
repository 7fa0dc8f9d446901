import type { Status } from "../../src/http/handlers.ts";
import { now } from "../live/clock.ts";
import { duration, number } from "../read/format.ts";
import { linkTo } from "../read/place.ts";
import { Facts, Panel } from "./figure.tsx";

/** When an epoch ends, Unix ms. */
export const epochEnd = ({ epoch, epoch_hours }: Pick<Status, "epoch" | "epoch_hours">): number =>
  (epoch + 1) * epoch_hours * 3_600_000;

function offer({ mode, tiers, kinds }: Status["lanes"][number]): string {
  if (mode === "push") return `jobs as they come, of kinds ${kinds.join(", ")}`;
  return tiers
    .map(
      ({ tier, allotment, weight }) =>
        `tier ${tier}: ${number(allotment)} challenges of weight ${number(weight)}`,
    )
    .join("; ");
}

/** What there is to do for a miner, by lane, and until when. */
export function WorkNow({ status }: { status: Status }) {
  const ends = epochEnd(status);
  return (
    <Panel
      title="Work available"
      aside={
        <>
          <a href={linkTo("sampling", { epoch: status.epoch })}>epoch {number(status.epoch)}</a> ends in{" "}
          {duration(Math.max(0, ends - now.value))}
        </>
      }
    >
      <Facts rows={status.lanes.map((lane) => [`${lane.name} (${lane.mode})`, offer(lane)])} />
      <p class="dim small">
        Answers to this epoch's challenges are accepted until it and the next one have ended. Unclaimed work
        is lost, not carried over.
      </p>
    </Panel>
  );
}
