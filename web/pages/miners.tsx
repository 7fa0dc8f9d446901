import type { MinerPage, MinerView, Status } from "../../src/http/handlers.ts";
import { useLoaded, useReading } from "../live/reading.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Blocks } from "../parts/blocks.tsx";
import { Hotkey } from "../parts/id.tsx";
import { Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { readAll, type WholeList } from "../read/allPages.ts";
import { number, percent } from "../read/format.ts";
import { linkTo } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import { sharesOf } from "../read/weights.ts";
import type { Page } from "./page.ts";

interface Row extends MinerView {
  readonly weight: number | null;
  readonly rank: number | null;
}

const acceptedShare = ({ counts }: MinerView): number | null => {
  const decided = counts.accepted + counts.rejected;
  return decided === 0 ? null : counts.accepted / decided;
};

const plain: readonly Column<Row>[] = [
  {
    ...{ key: "rank", title: "Rank", kind: "number", hint: "By weight in the last signed vector" },
    value: ({ rank }) => rank,
  },
  {
    ...{ key: "hotkey", title: "Hotkey" },
    value: ({ hotkey }) => hotkey,
    view: ({ hotkey }) => <Hotkey hotkey={hotkey} />,
  },
  {
    ...{ key: "standing", title: "Standing", choices: ["active", "cold_start", "suspended"] },
    value: ({ standing }) => standing,
    view: ({ standing }) => <StateBadge state={standing} />,
  },
  {
    ...{
      key: "weight",
      title: "Weight",
      kind: "number",
      hint: "Share of all weight in the last signed vector",
    },
    value: ({ weight }) => weight,
    view: ({ weight }) => percent(weight),
  },
  {
    ...{
      key: "accepted",
      title: "Accepted",
      kind: "number",
      hint: "Answers accepted since it was first seen",
    },
    value: ({ counts }) => counts.accepted,
  },
  {
    ...{ key: "rejected", title: "Rejected", kind: "number", hint: "Answers that were wrong" },
    value: ({ counts }) => counts.rejected,
  },
  {
    ...{
      key: "void",
      title: "Void",
      kind: "number",
      isMinor: true,
      hint: "Answers that ended without anybody's fault",
    },
    value: ({ counts }) => counts.void,
  },
  {
    ...{ key: "share", title: "Accepted %", kind: "number", hint: "Accepted of accepted and rejected" },
    value: acceptedShare,
    view: (row) => percent(acceptedShare(row)),
  },
  {
    ...{ key: "strikes", title: "Strikes", kind: "number", hint: "Proven cheats" },
    value: ({ strikes }) => strikes,
    view: ({ hotkey, strikes }) =>
      strikes === 0 ? "0" : <a href={linkTo(["miner", hotkey], { show: "strikes" })}>{number(strikes)}</a>,
  },
];

/** Columns of heights: with the present one they are times too. */
function heights(status: Status | null): readonly Column<Row>[] {
  const view = (block: number | null) => <Blocks block={block} status={status} />;
  return [
    {
      ...{ key: "until", title: "Suspended until", kind: "number", isMinor: true },
      value: ({ until_block }) => until_block,
      view: ({ until_block }) => view(until_block),
    },
    {
      ...{ key: "seen", title: "Last seen", kind: "number", isMinor: true, hint: "Block of its last work" },
      value: ({ last_seen_block }) => last_seen_block,
      view: ({ last_seen_block }) => view(last_seen_block),
    },
  ];
}

const list = (signal: AbortSignal): Promise<WholeList<MinerView>> =>
  readAll<MinerView, MinerPage, string>(resources.minerPage, ({ next_after }) => next_after, signal);

function Miners() {
  const { reading, again } = useLoaded("miners", list, {
    everyMs: 15_000,
    on: ["standing", "strike", "weights"],
  });
  const vector = useReading(resources.vectorOf(null), { everyMs: 60_000, on: ["weights"] }).reading;
  const status = useReading(resources.status, { everyMs: 60_000 }).reading.data;
  const shares = sharesOf(vector.data?.weights ?? []);
  return (
    <Loaded reading={reading} again={again} what="miners" lines={8}>
      {({ items, isCut }) => (
        <div class="panel">
          {isCut ? <p class="dim">Only the first {number(items.length)} miners are shown.</p> : null}
          <Table
            name=""
            caption="miners"
            columns={[...plain, ...heights(status)]}
            rows={items.map((miner): Row => {
              const share = shares.get(miner.hotkey);
              return { ...miner, weight: share?.weight ?? null, rank: share?.rank ?? null };
            })}
            rowKey={({ hotkey }) => hotkey}
            sort="-weight"
            empty={{
              title: "No miner has been seen yet",
              text: "A miner appears with its first signed request.",
            }}
          />
        </div>
      )}
    </Loaded>
  );
}

export const minersPage: Page = { path: "miners", title: "Miners", operator: false, view: () => <Miners /> };
