import type { MinerDetails, MinerView, Status } from "../../src/http/handlers.ts";
import { nowMs } from "../live/clock.ts";
import { useLoaded, useReading } from "../live/reading.ts";
import { operator } from "../live/session.ts";
import { MinerOrders } from "../operate/minerOrders.tsx";
import { StateBadge } from "../parts/badge.tsx";
import { Bars } from "../parts/bars.tsx";
import { Blocks } from "../parts/blocks.tsx";
import { CapPanel } from "../parts/capPanel.tsx";
import { Facts, Figure, Figures, Panel } from "../parts/figure.tsx";
import { Hotkey } from "../parts/id.tsx";
import { MinerForm } from "../parts/minerForm.tsx";
import { MinerHistory } from "../parts/minerHistory.tsx";
import { OurFault } from "../parts/ourFault.tsx";
import { Reasons } from "../parts/reasons.tsx";
import { Loaded } from "../parts/state.tsx";
import { StrikeTable } from "../parts/strikeTable.tsx";
import { Time } from "../parts/time.tsx";
import { WorkNow } from "../parts/workNow.tsx";
import type { Vector } from "../read/documents.ts";
import { duration, number, percent, untilBlock } from "../read/format.ts";
import { linkTo } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import { lastVectors } from "../read/vectors.ts";
import { medianWeight, sharesOf } from "../read/weights.ts";
import { warmBlock, whyWeight } from "../read/whyWeight.ts";
import { words } from "../read/words.ts";
import type { Page, PageProps } from "./page.ts";

/** Weighing periods that the history of a miner looks at. */
const historyPeriods = 48;

interface MinerFacts {
  readonly miner: MinerView;
  readonly status: Status;
  readonly vectors: readonly Vector[];
  readonly details: MinerDetails | null;
}

/** How long until a block, counted down between blocks by the clock. */
function Countdown({ block, status }: { block: number; status: Status }) {
  if (status.block === null) return <>until block {number(block)}</>;
  const left = untilBlock(block, status.block, status.block_ms);
  return (
    <>
      <strong>{left === 0 ? "ending" : `about ${duration(left)}`}</strong>{" "}
      <span class="dim">
        ({number(Math.max(0, block - status.block))} blocks, until block {number(block)}, about{" "}
        <Time at={nowMs() + left} />)
      </span>
    </>
  );
}

/** Why it is suspended, where that is known. */
function SuspensionReason({ details }: Pick<MinerFacts, "details">) {
  const suspension = details?.suspension ?? null;
  if (suspension === null) return null;
  const { kind, reason, by, at } = suspension;
  return (
    <>
      <br />
      {kind === "unreachable" ? "It could not be reached" : words(reason)} (by the{" "}
      {by === "judge" ? "rules" : by}, <Time at={at} kind="relative" />)
    </>
  );
}

function Standing({ miner, status, details }: MinerFacts) {
  const { standing, until_block } = miner;
  const warm = warmBlock(miner, status.judge.cold_start_blocks);
  return (
    <Panel title="Standing" aside={<StateBadge state={standing} />}>
      {standing === "suspended" && until_block !== null ? (
        <p class="note bad">
          Suspended for <Countdown block={until_block} status={status} />
          <SuspensionReason details={details} />
        </p>
      ) : null}
      {standing === "cold_start" ? (
        <p class="note info">
          Cold start: it works, and weighs nothing for <Countdown block={warm} status={status} />
        </p>
      ) : null}
      <Facts
        rows={[
          ["Hotkey", <Hotkey key="h" hotkey={miner.hotkey} whole />],
          ["First seen", <Blocks key="f" block={miner.first_seen_block} status={status} />],
          ["Last seen", <Blocks key="l" block={miner.last_seen_block} status={status} />],
          ["Strikes", number(miner.strikes)],
        ]}
      />
      {operator.value ? <MinerOrders miner={miner} status={status} /> : null}
    </Panel>
  );
}

function Weight({ miner, status, vectors }: MinerFacts) {
  const last = vectors.at(-1);
  const shares = sharesOf(last?.weights ?? []);
  const share = shares.get(miner.hotkey) ?? null;
  const median = medianWeight(last?.weights ?? []);
  const lines = whyWeight({ miner, status, share, paid: last === undefined ? null : shares.size, median });
  return (
    <Panel
      title="Weight, and why"
      aside={
        last === undefined ? undefined : (
          <a href={linkTo(["weights", `${last.period ?? last.epoch}`])}>
            period {number(last.period ?? last.epoch)}
          </a>
        )
      }
    >
      <Figures>
        <Figure
          label="Weight"
          value={share === null ? "0 %" : percent(share.weight)}
          href={linkTo("weights")}
        />
        <Figure
          label="Rank"
          value={share === null ? "none" : number(share.rank)}
          unit={share === null ? "" : `of ${number(shares.size)}`}
          href={linkTo("miners", { sort: "rank" })}
        />
        <Figure label="Median" value={percent(median)} />
      </Figures>
      <ul class="why">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Panel>
  );
}

function Answers({ miner }: { miner: MinerView }) {
  const { submitted, accepted, rejected, void: voided } = miner.counts;
  const open = Math.max(0, submitted - accepted - rejected - voided);
  const unanswered = Math.max(0, accepted + rejected + voided - submitted);
  return (
    <Panel title="Answers" aside="since it was first seen">
      <Bars
        label="Answers by how they ended"
        max={Math.max(1, submitted)}
        bars={[
          { key: "accepted", label: "accepted", value: accepted, text: number(accepted), tone: "good" },
          { key: "rejected", label: "rejected: wrong", value: rejected, text: number(rejected), tone: "bad" },
          { key: "void", label: "void: nobody's fault", value: voided, text: number(voided), tone: "quiet" },
          { key: "open", label: "not decided yet", value: open, text: number(open) },
        ]}
      />
      <p class="dim small">
        {number(submitted)} received
        {unanswered > 0 ? `, and ${number(unanswered)} jobs ended without one` : ""}. Requests that were
        refused are not answers: they are listed below, by reason.
      </p>
    </Panel>
  );
}

function Whole(facts: MinerFacts) {
  const { miner, status, vectors, details } = facts;
  return (
    <div class="stack">
      <OurFault details={details} />
      <div class="grid two">
        <Standing {...facts} />
        <Weight {...facts} />
        <Answers miner={miner} />
        <WorkNow status={status} />
        <CapPanel push={details?.push ?? null} />
      </div>
      <MinerHistory hotkey={miner.hotkey} vectors={vectors} />
      {details === null ? null : <Reasons reasons={details.reasons} />}
      <StrikeTable hotkey={miner.hotkey} />
    </div>
  );
}

function One({ hotkey }: { hotkey: string }) {
  const { reading, again } = useReading(resources.miner(hotkey), {
    everyMs: 15_000,
    on: ["standing", "strike", "weights"],
  });
  const details = useReading(resources.minerDetails(hotkey), { everyMs: 15_000, on: ["standing"] }).reading;
  const status = useReading(resources.status, { everyMs: 12_000 }).reading;
  const vectors = useLoaded(`vectors ${historyPeriods}`, (signal) => lastVectors(historyPeriods, signal), {
    everyMs: 60_000,
    on: ["weights"],
  });
  return (
    <Loaded reading={reading} again={again} what="the miner" lines={8}>
      {(miner) => (
        <Loaded reading={status} what="the status">
          {(known) => (
            <Loaded reading={vectors.reading} again={vectors.again} what="weights" lines={6}>
              {(past) => <Whole miner={miner} status={known} vectors={past} details={details.data} />}
            </Loaded>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

function Miner({ rest }: PageProps) {
  const [hotkey] = rest;
  return hotkey === undefined ? <MinerForm /> : <One key={hotkey} hotkey={hotkey} />;
}

export const minerPage: Page = {
  path: "miner",
  title: "Miner",
  operator: false,
  isDetail: true,
  view: (props) => <Miner {...props} />,
};
