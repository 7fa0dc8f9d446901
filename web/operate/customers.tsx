import type { JobPage, JobSummary } from "../../src/http/handlers.ts";
import { useLoaded } from "../live/reading.ts";
import { Action } from "../parts/action.tsx";
import { StateBadge } from "../parts/badge.tsx";
import { Panel } from "../parts/figure.tsx";
import { Hotkey, Id } from "../parts/id.tsx";
import { Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { readAll } from "../read/allPages.ts";
import { send } from "../read/api.ts";
import * as resources from "../read/resources.ts";

function cancelAction(job: JobSummary, again: () => void) {
  if (job.ended_at !== null) return "";
  return (
    <Action
      name="Cancel"
      isDangerous
      asksReason={false}
      effect={
        <p>
          The job <code>{job.client_key}</code> ends unanswered with state cancelled. A miner that works on it
          is paid for nothing, and has no strike for it. This cannot be undone.
        </p>
      }
      run={() => send("DELETE", `v1/jobs/${job.job_id}`)}
      onDone={again}
    />
  );
}

const customerColumns = (again: () => void): readonly Column<JobSummary>[] => [
  {
    ...{ key: "key", title: "Client's key", value: ({ client_key }) => client_key },
    view: ({ client_key }) => <code>{client_key}</code>,
  },
  {
    key: "job",
    title: "Job",
    value: ({ job_id }) => job_id,
    view: ({ job_id }) => <Id id={job_id} of="job id" />,
  },
  {
    ...{ key: "state", title: "State", value: ({ state }) => state },
    choices: ["queued", "done", "failed", "cancelled", "expired"],
    view: ({ state, code }) => (
      <>
        <StateBadge state={state} /> {code}
      </>
    ),
  },
  { key: "kind", title: "Kind", value: ({ kind }) => kind, isMinor: true },
  { key: "attempts", title: "Attempts", kind: "number", value: ({ attempts }) => attempts },
  {
    ...{ key: "created", title: "Put in", kind: "time", value: ({ created_at }) => created_at },
    view: ({ created_at }) => <Time at={created_at} kind="relative" />,
  },
  {
    ...{
      key: "deadline",
      title: "Deadline",
      kind: "time",
      isMinor: true,
      value: ({ deadline_at }) => deadline_at,
    },
    view: ({ deadline_at }) => <Time at={deadline_at} kind="relative" />,
  },
  {
    ...{ key: "miner", title: "Answered by", isMinor: true, value: ({ hotkey }) => hotkey },
    view: ({ hotkey }) => (hotkey === null ? "–" : <Hotkey hotkey={hotkey} />),
  },
  { key: "token", title: "Customer", isMinor: true, value: ({ token }) => token?.name ?? "operator" },
  { key: "cancel", title: "Cancel", value: () => null, view: (job) => cancelAction(job, again) },
];

/** Customers' jobs, for the operator. */
export function Customers() {
  const { reading, again } = useLoaded(
    "customers' jobs",
    (signal) => readAll<JobSummary, JobPage, string>(resources.jobs, ({ next_after }) => next_after, signal),
    { everyMs: 10_000 },
  );
  return (
    <Loaded reading={reading} again={again} what="customers' jobs">
      {({ items }) => (
        <Panel title="Customers' jobs">
          <Table
            name="customer"
            caption="customers' jobs"
            columns={customerColumns(again)}
            rows={items}
            rowKey={({ job_id }) => job_id}
            sort="-created"
            pageSize={25}
            empty={{
              title: "No customer has put in a job",
              text: "assay jobs put, or POST /v1/jobs, puts one in.",
            }}
          />
        </Panel>
      )}
    </Loaded>
  );
}
