import type { MinerDetails } from "../../src/http/handlers.ts";
import { number } from "../read/format.ts";
import { Figure, Figures, Panel } from "./figure.tsx";
import { Empty } from "./state.tsx";

type Push = NonNullable<MinerDetails["push"]>;

const limits: Readonly<Record<Push["limit"], string>> = {
  no_link: "Jobs cannot reach it: it has no stream open, and no endpoint that answers.",
  resting: "It failed jobs, and is given none for a while.",
  unread: "It does not read what was sent: jobs follow once it does.",
  new: "It is new in this run: one job at a time until its first 100 results are in; then the cap that it had before holds.",
  capacity: "What it wants: it said that it takes no more at once.",
  cap: "What it delivers. The cap is what its best rate needs, and half as much again; where it holds jobs back a higher one is tried, and kept if more is delivered.",
};

/** How many jobs a miner may have in flight, and what keeps it from more. */
export function CapPanel({ push }: { push: MinerDetails["push"] }) {
  return (
    <Panel title="Jobs in flight" aside="push lane">
      {push === null ? (
        <Empty title="No jobs">This miner has not connected for jobs, or this process hands out none.</Empty>
      ) : (
        <>
          <Figures>
            <Figure label="Cap" value={push.cap} unit={push.cap === 1 ? "job at once" : "jobs at once"} />
            <Figure label="Connected" value={push.connected ? "yes" : "no"} />
          </Figures>
          <p>
            <strong>What limits it.</strong> {limits[push.limit]}
          </p>
          <p class="dim small">
            The cap of {number(push.cap)} is moved every 15 s, by accepted answers only.
          </p>
        </>
      )}
    </Panel>
  );
}
