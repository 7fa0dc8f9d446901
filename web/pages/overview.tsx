import type { Status } from "../../src/http/handlers.ts";
import { now } from "../live/clock.ts";
import { isStale, live } from "../live/live.ts";
import { Badge, StateBadge, type Tone } from "../parts/badge.tsx";
import { Band } from "../parts/band.tsx";
import { Figure, Figures, Panel } from "../parts/figure.tsx";
import { Funnel } from "../parts/funnel.tsx";
import { HistoryPanel } from "../parts/historyPanel.tsx";
import { Empty, Loading, ProblemNote, StaleNote } from "../parts/state.tsx";
import { Time } from "../parts/time.tsx";
import { duration, number } from "../read/format.ts";
import type { Overview } from "../read/overviewDocument.ts";
import { linkTo } from "../read/place.ts";
import { words } from "../read/words.ts";
import type { Page } from "./page.ts";

function Verdict({ verdict, next_weights, last_weights }: Overview) {
  const { earning, reason, text } = verdict;
  const tone: Tone = earning === null ? "warn" : earning ? "good" : "bad";
  const word = earning === null ? "Not known" : earning ? "Earning" : "Not earning";
  return (
    <section class={`verdict note ${tone}`} aria-label="Verdict">
      <div>
        <p class="verdict-word">
          <Badge tone={tone}>{word}</Badge>{" "}
          {reason === "earning" ? null : <span class="dim">{words(reason)}</span>}
        </p>
        <p>{text}</p>
      </div>
      <dl class="figures">
        <Figure
          label="Next weights"
          value={
            next_weights === null
              ? null
              : next_weights.at > now.value
                ? duration(next_weights.at - now.value)
                : "due"
          }
          href={linkTo("weights")}
          note={
            next_weights === null ? (
              "not known"
            ) : (
              <>
                period {number(next_weights.period)}, block {number(next_weights.block)},{" "}
                <Time at={next_weights.at} />
              </>
            )
          }
        />
        <Figure
          label="Last weights"
          value={last_weights === null ? "none yet" : <StateBadge state={last_weights.state} />}
          href={linkTo("weights")}
          note={
            last_weights === null ? undefined : (
              <>
                period {number(last_weights.period)}, <Time at={last_weights.at} kind="relative" />
              </>
            )
          }
        />
      </dl>
    </section>
  );
}

function Alerts({ alerts }: Overview) {
  const { firing, pending, muted, worst } = alerts;
  const tone: Tone = worst === "critical" ? "bad" : worst === "warning" ? "warn" : "good";
  return (
    <Panel title="Alerts" aside={<Badge tone={tone}>{worst ?? "all quiet"}</Badge>}>
      <Figures>
        <Figure label="Firing" value={firing} href={linkTo("system", { "alerts.state": "firing" })} />
        <Figure label="Pending" value={pending} href={linkTo("system", { "alerts.state": "pending" })} />
        <Figure label="Muted" value={muted} href={linkTo("system", { "alerts.state": "muted" })} />
      </Figures>
      <p class="dim small">Counts are public; what fires, and why, operators see on the system page.</p>
    </Panel>
  );
}

function Miners({ miners }: Overview) {
  return (
    <Panel title="Miners" aside={<a href={linkTo("miners")}>all miners</a>}>
      <Figures>
        <Figure label="Active" value={miners.active} href={linkTo("miners", { standing: "active" })} />
        <Figure
          label="Cold start"
          value={miners.cold_start}
          href={linkTo("miners", { standing: "cold_start" })}
        />
        <Figure
          label="Suspended"
          value={miners.suspended}
          href={linkTo("miners", { standing: "suspended" })}
        />
      </Figures>
    </Panel>
  );
}

function Sampling({ sampling }: Overview) {
  const epoch = sampling[0]?.epoch;
  return (
    <Panel
      title="Sampling"
      aside={
        epoch === undefined ? undefined : (
          <a href={linkTo("sampling", { epoch })}>closed epoch {number(epoch)}</a>
        )
      }
    >
      {sampling.length === 0 ? (
        <Empty title="No epoch has closed yet">
          What was drawn is told when an epoch has closed, two epochs after it began.
        </Empty>
      ) : (
        sampling.map(({ lane, design, realised, low, high }) => (
          <Band key={lane} label={lane} design={design} realised={realised} low={low} high={high} />
        ))
      )}
    </Panel>
  );
}

function Chain({ network, netuid, block, epoch, version }: Overview) {
  return (
    <Panel title="Chain and epoch">
      <Figures>
        <Figure label="Network" value={network} note={`netuid ${netuid}`} />
        <Figure label="Block" value={block} />
        <Figure
          label="Epoch"
          value={epoch.number}
          note={<>ends in {duration(Math.max(0, epoch.ends_at - now.value))}</>}
          href={linkTo("sampling", { epoch: epoch.number })}
        />
        <Figure label="Version" value={version} />
      </Figures>
    </Panel>
  );
}

function Whole({ overview }: { overview: Overview }) {
  return (
    <div class="stack">
      <Verdict {...overview} />
      <div class="grid">
        <Panel title="Stages" aside="the last hour">
          <Funnel funnel={overview.funnel} />
        </Panel>
        <div class="stack">
          <Alerts {...overview} />
          <Miners {...overview} />
          <Sampling {...overview} />
        </div>
      </div>
      <HistoryPanel />
      <Chain {...overview} />
    </div>
  );
}

/** Where there is no overview: the status. */
function StatusOnly({ status }: { status: Status }) {
  return (
    <Panel title="Validator" aside="without the overview">
      <Figures>
        <Figure label="Network" value={status.network} note={`netuid ${status.netuid}`} />
        <Figure label="Block" value={status.block} />
        <Figure label="Epoch" value={status.epoch} href={linkTo("sampling", { epoch: status.epoch })} />
        <Figure label="Gate" value={`${status.gate.used} of ${status.gate.slots}`} unit="slots" />
        <Figure label="Version" value={status.version} />
      </Figures>
    </Panel>
  );
}

function OverviewView() {
  const { document, problem, at } = live.value;
  if (document === null || at === null)
    return problem === null ? <Loading what="the overview" lines={8} /> : <ProblemNote problem={problem} />;
  return (
    <>
      {problem !== null && isStale.value ? <StaleNote at={at} problem={problem} /> : null}
      {document.kind === "overview" ? (
        <Whole overview={document.overview} />
      ) : (
        <StatusOnly status={document.status} />
      )}
    </>
  );
}

export const overviewPage: Page = {
  path: "",
  title: "Overview",
  operator: false,
  view: () => <OverviewView />,
};
