import type { Status } from "../../src/http/handlers.ts";
import type { DispatchState } from "../../src/http/routes/dispatchSchemas.ts";
import { useReading } from "../live/reading.ts";
import { operator } from "../live/session.ts";
import { Customers } from "../operate/customers.tsx";
import { Badge } from "../parts/badge.tsx";
import { Figure, Figures, Panel } from "../parts/figure.tsx";
import { Hotkey } from "../parts/id.tsx";
import { Empty, Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { bytes, duration, number } from "../read/format.ts";
import { linkTo } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import type { Page } from "./page.ts";

type DispatchMiner = DispatchState["miners"][number];
type Kind = DispatchState["kinds"][number];

const limits: Readonly<Record<string, string>> = {
  no_link: "not connected",
  resting: "failed, and rests",
  unread: "does not read what was sent",
  new: "fewer than 100 results: one at a time",
  capacity: "wants no more",
  cap: "its cap",
};

const holds: Readonly<Record<string, string>> = {
  draining: "the process drains",
  paused: "the draws could not be recorded",
  height_unknown: "the chain's height is not known",
  ceiling: "dispatch.ceiling is reached",
  memory: "the host is short of memory",
  bytes: "dispatch.bytes_in_flight is reached",
  verification: "verification is full",
};

const minerColumns: readonly Column<DispatchMiner>[] = [
  {
    ...{ key: "hotkey", title: "Hotkey", value: ({ hotkey }) => hotkey },
    view: ({ hotkey }) => <Hotkey hotkey={hotkey} />,
  },
  { key: "in_flight", title: "In flight", kind: "number", value: ({ in_flight }) => in_flight },
  { key: "cap", title: "Cap", kind: "number", hint: "In force", value: ({ cap }) => cap },
  {
    ...{ key: "learned", title: "Learned cap", kind: "number", isMinor: true },
    value: ({ learned_cap }) => learned_cap,
  },
  { key: "capacity", title: "Wants", kind: "number", isMinor: true, value: ({ capacity }) => capacity },
  {
    ...{ key: "limit", title: "Limited by", value: ({ limit }) => limit, choices: Object.keys(limits) },
    view: ({ limit }) => limits[limit] ?? limit,
  },
  {
    ...{ key: "transport", title: "Reached by", isMinor: true, value: ({ transport }) => transport },
    view: ({ transport }) =>
      transport === null ? "–" : transport === "stream" ? "its stream" : "dialling it",
  },
];

const kindColumns: readonly Column<Kind>[] = [
  { key: "kind", title: "Kind", value: ({ kind }) => kind },
  { key: "lane", title: "Lane", value: ({ lane }) => lane },
  {
    ...{ key: "deadline", title: "Deadline", kind: "number", value: ({ deadline_ms }) => deadline_ms },
    view: ({ deadline_ms }) => duration(deadline_ms),
  },
  {
    ...{
      key: "reference",
      title: "Worth per answer",
      kind: "number",
      value: ({ reference_ms }) => reference_ms,
    },
    view: ({ reference_ms }) => (reference_ms === 0 ? "not known yet" : duration(reference_ms)),
  },
  { key: "verified", title: "From verified answers", kind: "number", value: ({ verified }) => verified },
];

function ForEverybody({ status: { dispatch, gate, lanes } }: { status: Status }) {
  const push = lanes.filter(({ mode }) => mode === "push");
  if (dispatch === null || push.length === 0)
    return (
      <Empty title="No push lane">
        Without a circuit in lanes.groth16.circuits no jobs are sent.{" "}
        <a href={linkTo("")}>See the overview.</a>
      </Empty>
    );
  return (
    <Panel title="Now">
      <Figures>
        <Figure label="In flight" value={dispatch.in_flight} unit="jobs" />
        <Figure
          label="Ceiling"
          value={dispatch.ceiling === null ? "none" : dispatch.ceiling}
          note="for all miners together"
        />
        <Figure label="Connected" value={dispatch.miners} unit="miners" href={linkTo("miners")} />
        <Figure label="With a stream" value={dispatch.streams} unit="miners" />
        <Figure
          label="Gate of submissions"
          value={`${number(gate.used)} of ${number(gate.slots)}`}
          unit="slots"
          note={`${number(gate.waiting)} wait`}
        />
        <Figure label="Kinds of work" value={push.flatMap(({ kinds }) => kinds).join(", ")} />
      </Figures>
    </Panel>
  );
}

function Dispatch() {
  const { reading, again } = useReading(resources.dispatch, { everyMs: 5000 });
  return (
    <Loaded reading={reading} again={again} what="dispatch">
      {(state) => (
        <>
          <Panel
            title="Gates"
            aside={
              state.held === null ? (
                <Badge tone="good">jobs are handed out</Badge>
              ) : (
                <Badge tone="warn">held: {holds[state.held] ?? state.held}</Badge>
              )
            }
          >
            <Figures>
              <Figure
                label="Miners that could take one"
                value={state.ready}
                unit={`of ${number(state.linked)}`}
              />
              <Figure
                label="Customers' jobs waiting"
                value={state.queued}
                href={linkTo("jobs", { "customer.state": "queued" })}
              />
              <Figure
                label="Bytes in flight"
                value={bytes(state.bytes)}
                unit={`of ${bytes(state.bytes_most)}`}
              />
            </Figures>
          </Panel>
          <Panel title="Miners">
            <Table
              name="miners"
              caption="miners of the push lane"
              columns={minerColumns}
              rows={state.miners}
              rowKey={({ hotkey }) => hotkey}
              sort="-in_flight"
              pageSize={25}
              empty={{ title: "No miner has connected" }}
            />
          </Panel>
          <Panel title="Deadlines">
            <Table
              name="kinds"
              caption="kinds of work"
              columns={kindColumns}
              rows={state.kinds}
              rowKey={({ lane, kind }) => `${lane} ${kind}`}
              hasSearch={false}
              empty={{ title: "No kind of work" }}
            />
          </Panel>
        </>
      )}
    </Loaded>
  );
}

function Jobs() {
  const { reading, again } = useReading(resources.status, { everyMs: 5000 });
  return (
    <div class="stack">
      <Loaded reading={reading} again={again} what="the status">
        {(status) => (
          <>
            <ForEverybody status={status} />
            {operator.value && status.dispatch !== null ? <Dispatch /> : null}
            {operator.value ? <Customers /> : null}
          </>
        )}
      </Loaded>
      {operator.value === false ? (
        <p class="dim">Caps of single miners and customers' jobs are the operator's: log in to see them.</p>
      ) : null}
    </div>
  );
}

export const jobsPage: Page = { path: "jobs", title: "Jobs", operator: false, view: () => <Jobs /> };
