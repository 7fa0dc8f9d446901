import type { MinerPage, MinerView } from "../../src/http/handlers.ts";
import { useLoaded } from "../live/reading.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Hotkey } from "../parts/id.tsx";
import { Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { readAll } from "../read/allPages.ts";
import * as resources from "../read/resources.ts";
import type { Page } from "./page.ts";

const columns: readonly Column<MinerView>[] = [
  {
    key: "hotkey",
    title: "Hotkey",
    value: ({ hotkey }) => hotkey,
    view: ({ hotkey }) => <Hotkey hotkey={hotkey} />,
  },
  {
    ...{ key: "standing", title: "Standing", choices: ["active", "cold_start", "suspended"] },
    value: ({ standing }) => standing,
    view: ({ standing }) => <StateBadge state={standing} />,
  },
  { key: "accepted", title: "Accepted", kind: "number", value: ({ counts }) => counts.accepted },
  { key: "rejected", title: "Rejected", kind: "number", value: ({ counts }) => counts.rejected },
  { key: "strikes", title: "Strikes", kind: "number", value: ({ strikes }) => strikes },
];

function Miners() {
  const { reading, again } = useLoaded(
    "miners",
    (signal) =>
      readAll<MinerView, MinerPage, string>(resources.minerPage, ({ next_after }) => next_after, signal),
    { everyMs: 15_000, on: ["standing", "strike"] },
  );
  return (
    <Loaded reading={reading} again={again} what="miners" lines={8}>
      {({ items }) => (
        <Table
          name=""
          caption="miners"
          columns={columns}
          rows={items}
          rowKey={({ hotkey }) => hotkey}
          sort="-accepted"
          empty={{
            title: "No miner has been seen yet",
            text: "A miner appears with its first signed request.",
          }}
        />
      )}
    </Loaded>
  );
}

export const minersPage: Page = { path: "miners", title: "Miners", operator: false, view: () => <Miners /> };
