import type { MinerDetails } from "../../src/http/handlers.ts";
import { number } from "../read/format.ts";
import { Figure, Figures, Panel } from "./figure.tsx";
import { Empty } from "./state.tsx";

type Push = NonNullable<MinerDetails["push"]>;

const limits: Readonly<Record<Push["limit"], string>> = {
  not_connected: "Jobs cannot reach it: it has no stream open, and no endpoint that answers.",
  first_results:
    "It is new in this run: one job at a time until its first 100 results are in; then the cap that it had before holds.",
  floor:
    "One at a time, the least that there is. Every miner begins so; the cap rises when it is reached and the miner delivers faster with more.",
  delivered_rate:
    "What it delivers. The cap is what its best rate needs, and half as much again; where it holds jobs back a higher one is tried, and kept if more is delivered.",
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
