import type { ClosedEpochPage } from "../../src/http/handlers.ts";
import { live } from "../live/live.ts";
import { useLoaded, useReading } from "../live/reading.ts";
import { noteSeen } from "../live/seenEpochs.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Band } from "../parts/band.tsx";
import { Panel } from "../parts/figure.tsx";
import { Id } from "../parts/id.tsx";
import { Empty, Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { readAll } from "../read/allPages.ts";
import { read } from "../read/api.ts";
import type { EpochRecord } from "../read/documents.ts";
import { linkTo } from "../read/place.ts";
import { ApiProblem } from "../read/problem.ts";
import * as resources from "../read/resources.ts";
import type { Page } from "./page.ts";
import { SampledEpoch } from "./sampledEpoch.tsx";

const epochLink = (epoch: number) => linkTo(["sampling", String(epoch)]);

/** Realised against design in the epoch that closed last: while one is open, its rates would tell what was drawn. */
function Rates() {
  const { document } = live.value;
  const rows = document?.kind === "overview" ? document.overview.sampling : [];
  const [first] = rows;
  return (
    <Panel
      title="Realised against design"
      aside={first === undefined ? null : <a href={epochLink(first.epoch)}>epoch {first.epoch}</a>}
    >
      {first === undefined ? (
        <Empty title="No epoch has closed yet">
          Rates are told of closed epochs only: those of an open one would tell a miner what was drawn.
        </Empty>
      ) : (
        rows.map(({ lane, design, realised, low, high }) => (
          <Band key={lane} label={lane} design={design} realised={realised} low={low} high={high} />
        ))
      )}
    </Panel>
  );
}

const openColumns: readonly Column<EpochRecord>[] = [
  {
    ...{ key: "epoch", title: "Epoch" },
    value: ({ epoch }) => epoch,
    view: ({ epoch }) => <a href={epochLink(epoch)}>{epoch}</a>,
  },
  {
    key: "state",
    title: "State",
    value: ({ state }) => state,
    view: ({ state }) => <StateBadge state={state} />,
  },
  {
    ...{ key: "commitment", title: "Commitment" },
    value: ({ commitment }) => commitment,
    view: ({ commitment }) => <Id id={commitment} of="commitment" />,
  },
  {
    ...{ key: "committed", title: "Committed", kind: "time" },
    value: ({ committed_at }) => committed_at,
    view: ({ committed_at }) => <Time at={committed_at} />,
  },
  { key: "heads", title: "Signed heads", kind: "number", value: ({ heads }) => heads.length },
  {
    ...{ key: "head", title: "Last head", kind: "time", isMinor: true },
    value: ({ heads }) => heads.at(-1)?.signed_at ?? null,
    view: ({ heads }) => <Time at={heads.at(-1)?.signed_at ?? null} kind="relative" />,
  },
];

/** The records of the epochs around the present one that are still open. */
async function openEpochs(signal: AbortSignal): Promise<EpochRecord[]> {
  const { epoch } = await read(resources.status, signal);
  const around = [epoch + 1, epoch, epoch - 1, epoch - 2];
  const records = await Promise.all(
    around.map((one) =>
      read(resources.epochRecord(one), signal).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.problem.status === 404) return null;
        throw error;
      }),
    ),
  );
  const open = records.flatMap((record) => (record?.state === "open" ? [record] : []));
  noteSeen(open);
  return open;
}

function OpenEpochs() {
  const { reading, again } = useLoaded("open epochs", openEpochs, { everyMs: 30_000, on: ["epoch"] });
  return (
    <Panel title="Open epochs">
      <Loaded reading={reading} again={again} what="open epochs" lines={3}>
        {(records) => (
          <Table
            name="open"
            caption="open epochs"
            columns={openColumns}
            rows={records}
            rowKey={({ epoch }) => String(epoch)}
            sort="-epoch"
            hasSearch={false}
            empty={{ title: "No epoch is open" }}
          />
        )}
      </Loaded>
    </Panel>
  );
}

type ClosedEpoch = ClosedEpochPage["items"][number];

const closedColumns: readonly Column<ClosedEpoch>[] = [
  {
    ...{ key: "epoch", title: "Epoch" },
    value: ({ epoch }) => epoch,
    view: ({ epoch }) => <a href={epochLink(epoch)}>{epoch}</a>,
  },
  {
    ...{ key: "closed", title: "Closed", kind: "time" },
    value: ({ closed_at }) => closed_at,
    view: ({ closed_at }) => <Time at={closed_at} />,
  },
  {
    ...{ key: "head", title: "Log head", isMinor: true },
    value: ({ log_head }) => log_head,
    view: ({ log_head }) => <Id id={log_head} of="log head" />,
  },
  {
    ...{ key: "audit", title: "Audit" },
    value: () => null,
    view: ({ epoch }) => (
      <a
        class="button"
        href={linkTo(["sampling", String(epoch)], { audit: "1" })}
        aria-label={`Audit epoch ${epoch}`}
      >
        Audit
      </a>
    ),
  },
];

function ClosedEpochs() {
  const { reading, again } = useLoaded(
    "closed epochs",
    (signal) =>
      readAll<ClosedEpoch, ClosedEpochPage, number>(
        resources.closedEpochs,
        ({ next_before }) => next_before,
        signal,
      ),
    { everyMs: 60_000, on: ["epoch"] },
  );
  return (
    <Panel title="Closed epochs">
      <Loaded reading={reading} again={again} what="closed epochs" lines={6}>
        {({ items }) => (
          <Table
            name=""
            caption="closed epochs"
            columns={closedColumns}
            rows={items}
            rowKey={({ epoch }) => String(epoch)}
            sort="-epoch"
            empty={{
              title: "No epoch has closed yet",
              text: "An epoch closes when the second epoch after it has begun and its verdicts are in.",
            }}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function OneEpoch({ epoch }: { epoch: number }) {
  const { reading, again } = useReading(resources.epochRecord(epoch), { on: ["epoch"] });
  return (
    <Loaded reading={reading} again={again} what={`epoch ${epoch}`} lines={8}>
      {(record) => <SampledEpoch record={record} />}
    </Loaded>
  );
}

function Sampling({ rest: [chosen] }: { rest: readonly string[] }) {
  if (chosen === undefined)
    return (
      <div class="stack">
        <Rates />
        <OpenEpochs />
        <ClosedEpochs />
      </div>
    );
  if (/^\d{1,15}$/.test(chosen)) return <OneEpoch key={chosen} epoch={Number(chosen)} />;
  return (
    <Empty title="There is no such epoch">
      "{chosen}" is no number. <a href={linkTo("sampling")}>All epochs</a>
    </Empty>
  );
}

export const samplingPage: Page = {
  path: "sampling",
  title: "Sampling",
  operator: false,
  view: ({ rest }) => <Sampling rest={rest} />,
};
