import type { StrikePage } from "../../src/http/handlers.ts";
import { useLoaded, useReading } from "../live/reading.ts";
import { Badge } from "../parts/badge.tsx";
import { Evidence } from "../parts/evidence.tsx";
import { Panel } from "../parts/figure.tsx";
import { Hotkey, Id } from "../parts/id.tsx";
import { Empty, Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { readAll } from "../read/allPages.ts";
import { read } from "../read/api.ts";
import { linkTo } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import { type StrikeEffect, strikeEffect } from "../read/strikeEffect.ts";
import type { Page } from "./page.ts";

type LedgerRow = StrikePage["items"][number] & { readonly effect: StrikeEffect };

const effects = {
  suspended: ["bad", "suspended"],
  ended: ["quiet", "served"],
  lifted: ["info", "lifted"],
  counted: ["warn", "counts"],
  spent: ["quiet", "counted"],
} as const satisfies Readonly<Record<StrikeEffect, unknown>>;

function Effect({ row: { effect, suspended_until } }: { row: LedgerRow }) {
  const [tone, word] = effects[effect];
  return (
    <Badge tone={tone} {...(suspended_until === null ? {} : { title: `until block ${suspended_until}` })}>
      {word}
    </Badge>
  );
}

const columns: readonly Column<LedgerRow>[] = [
  { key: "at", title: "When", kind: "time", value: ({ at }) => at, view: ({ at }) => <Time at={at} /> },
  {
    ...{ key: "hotkey", title: "Hotkey" },
    value: ({ hotkey }) => hotkey,
    view: ({ hotkey }) => <Hotkey hotkey={hotkey} />,
  },
  { key: "lane", title: "Lane", value: ({ lane }) => lane },
  { key: "code", title: "Found", value: ({ code }) => code, view: ({ code }) => <code>{code}</code> },
  {
    ...{ key: "effect", title: "Effect", choices: Object.keys(effects) },
    value: ({ effect }) => effect,
    view: (row) => <Effect row={row} />,
  },
  {
    ...{ key: "until", title: "Until block", kind: "number", isMinor: true },
    value: ({ suspended_until }) => suspended_until,
  },
  {
    ...{ key: "work", title: "Work", isMinor: true },
    value: ({ work_id }) => work_id,
    view: ({ work_id }) => <Id id={work_id} of="work id" />,
  },
  {
    ...{ key: "epoch", title: "Epoch", kind: "number", isMinor: true },
    value: ({ epoch }) => epoch,
    view: ({ epoch }) => <a href={linkTo(["sampling", String(epoch)])}>{epoch}</a>,
  },
  {
    ...{ key: "evidence", title: "Evidence" },
    value: () => null,
    view: ({ hotkey, strike_id }) => (
      <a href={linkTo("strikes", { hotkey, id: strike_id })} aria-label={`Evidence of strike ${strike_id}`}>
        Evidence
      </a>
    ),
  },
];

async function ledger(signal: AbortSignal): Promise<{ rows: readonly LedgerRow[]; isCut: boolean }> {
  const [{ block }, { items, isCut }] = await Promise.all([
    read(resources.status, signal),
    readAll<StrikePage["items"][number], StrikePage, number>(
      resources.strikePage,
      ({ next_before }) => next_before,
      signal,
    ),
  ]);
  return { rows: items.map((item) => ({ ...item, effect: strikeEffect(item, block) })), isCut };
}

function Ledger() {
  const { reading, again } = useLoaded("strikes", ledger, { everyMs: 60_000, on: ["strike", "standing"] });
  return (
    <Loaded reading={reading} again={again} what="strikes" lines={8}>
      {({ rows, isCut }) => (
        <Panel title="Every strike on record">
          {isCut ? (
            <p class="note info">There are more strikes than this page reads; the newest are shown.</p>
          ) : null}
          <Table
            name=""
            caption="strikes"
            columns={columns}
            rows={rows}
            rowKey={({ strike_id }) => strike_id}
            sort="-at"
            empty={{
              title: "No strike is on record",
              text: "A strike follows only a wrong answer that a check proved.",
            }}
          />
        </Panel>
      )}
    </Loaded>
  );
}

function One({ hotkey, id }: { hotkey: string; id: string }) {
  const { reading, again } = useReading(resources.strikes(hotkey), { on: ["strike"] });
  return (
    <div class="stack">
      <p>
        <a href={linkTo("strikes")}>All strikes</a>
      </p>
      <Loaded reading={reading} again={again} what="the strike" lines={8}>
        {({ items }) => {
          const strike = items.find(({ strike_id }) => strike_id === id);
          if (strike === undefined)
            return (
              <Empty title="There is no such strike">
                The newest 200 strikes of a hotkey are served with their evidence.{" "}
                <a href={linkTo("strikes")}>All strikes</a>
              </Empty>
            );
          return (
            <Panel title="Evidence">
              <Evidence hotkey={hotkey} strike={strike} />
            </Panel>
          );
        }}
      </Loaded>
    </div>
  );
}

export const strikesPage: Page = {
  path: "strikes",
  title: "Strikes",
  operator: false,
  view: ({ query: { hotkey, id } }) =>
    hotkey !== undefined && id !== undefined ? <One key={id} hotkey={hotkey} id={id} /> : <Ledger />,
};
