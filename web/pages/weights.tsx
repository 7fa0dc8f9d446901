import { useLoaded } from "../live/reading.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Facts, Panel } from "../parts/figure.tsx";
import { Id } from "../parts/id.tsx";
import { Empty, Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { read } from "../read/api.ts";
import { number } from "../read/format.ts";
import { linkTo } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import { type PeriodRow, periodOf, readPeriods, vectorOf } from "../weigh/periods.ts";
import { VectorPanel } from "../weigh/vectorPanel.tsx";
import { stateWord, Way } from "../weigh/way.tsx";
import type { Page } from "./page.ts";

const columns: readonly Column<PeriodRow>[] = [
  {
    ...{ key: "period", title: "Period", kind: "number", value: ({ period }) => period },
    view: ({ period }) => <a href={linkTo(["weights", String(period)])}>{number(period)}</a>,
  },
  {
    ...{ key: "state", title: "State", value: ({ state }) => state },
    choices: ["signed", "planned", "submitted", "committed", "revealed", "confirmed", "missed"],
    view: ({ state }) => <StateBadge state={state === "confirmed" ? "confirmed" : state} />,
  },
  {
    key: "way",
    title: "Way to the chain",
    value: ({ state }) => stateWord(state),
    view: (row) => <Way row={row} />,
  },
  {
    ...{ key: "changed", title: "Reached", kind: "time", value: ({ changed_at }) => changed_at },
    view: ({ changed_at }) => <Time at={changed_at} kind="both" />,
  },
  { key: "attempts", title: "Attempts", kind: "number", value: ({ attempts }) => attempts, isMinor: true },
  {
    key: "reason",
    title: "Reason",
    value: ({ reason }) => reason,
    view: ({ reason }) => reason ?? "",
    isMinor: true,
  },
];

async function readVector(period: number | null, signal: AbortSignal) {
  const found = await read(resources.planOf(period), signal);
  const before = periodOf(found.vector) - 1;
  return { found, before: before < 0 ? null : await vectorOf(before, signal) };
}

type Found = Awaited<ReturnType<typeof readVector>>;

/** Each step of one period's weights, and what was sent for it. */
function Steps({ found: { plan } }: Pick<Found, "found">) {
  if (plan === null) return null;
  return (
    <Panel title="Steps to the chain">
      <ol class="steps">
        {plan.steps.map(({ state, block, at, reason }) => (
          <li key={`${state} ${block} ${at}`}>
            <StateBadge state={state} /> at block {number(block)}, <Time at={at} />
            {reason === null ? "" : `: ${reason}`}
          </li>
        ))}
      </ol>
      <Facts
        rows={plan.extrinsics.map(({ purpose, hash, from_block, until_block }) => [
          `Extrinsic for ${purpose === "reveal" ? "the reveal" : "the weights"}`,
          <span key={hash}>
            <Id id={hash} of="extrinsic hash" /> blocks {number(from_block)} to {number(until_block)}
          </span>,
        ])}
      />
    </Panel>
  );
}

function Weights({ period }: { period: number | null }) {
  const periods = useLoaded("weight periods", readPeriods, { everyMs: 60_000, on: ["weights"] });
  const hasWeights = (periods.reading.data?.length ?? 0) > 0;
  const vector = useLoaded(
    hasWeights || period !== null ? `weights of ${period ?? "latest"}` : null,
    (signal) => readVector(period, signal),
    { on: ["weights"] },
  );
  return (
    <div class="stack">
      <Loaded reading={periods.reading} again={periods.again} what="the periods">
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No weights have been signed yet">
              The first vector is signed at the end of the first whole weighing period.
            </Empty>
          ) : (
            <Panel title="Periods">
              <Table
                name=""
                caption="weighing periods"
                columns={columns}
                rows={rows}
                rowKey={(row) => String(row.period)}
                sort="-period"
                pageSize={12}
                hasSearch={false}
                empty={{ title: "No period" }}
              />
            </Panel>
          )
        }
      </Loaded>
      {hasWeights || period !== null ? (
        <Loaded reading={vector.reading} again={vector.again} what="the vector" lines={6}>
          {({ found, before }) => (
            <>
              <Steps found={found} />
              <VectorPanel found={found} before={before} />
            </>
          )}
        </Loaded>
      ) : null}
    </div>
  );
}

const periodIn = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;

export const weightsPage: Page = {
  ...{ path: "weights", title: "Weights", operator: false },
  view: ({ rest, query }) => <Weights period={periodIn(rest[0] ?? query.period)} />,
};
