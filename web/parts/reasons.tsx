import type { MinerDetails } from "../../src/http/handlers.ts";
import { words } from "../read/words.ts";
import { Badge, type Tone } from "./badge.tsx";
import { Panel } from "./figure.tsx";
import { type Column, Table } from "./table.tsx";
import { Time } from "./time.tsx";

type Reason = MinerDetails["reasons"][number];

const kinds: Readonly<Record<Reason["kind"], { readonly name: string; readonly tone: Tone }>> = {
  refused: { name: "request refused", tone: "quiet" },
  rejected: { name: "answer rejected", tone: "bad" },
  void: { name: "answer void", tone: "quiet" },
};

const columns: readonly Column<Reason>[] = [
  {
    ...{ key: "kind", title: "What", choices: ["refused", "rejected", "void"] },
    value: ({ kind }) => kind,
    view: ({ kind }) => <Badge tone={kinds[kind].tone}>{kinds[kind].name}</Badge>,
  },
  { key: "code", title: "Reason", value: ({ code }) => code, view: ({ code }) => words(code) },
  {
    ...{ key: "blame", title: "Fault of", hint: "Only a proven fault of the miner ever counts against it" },
    value: ({ blame }) => (blame === "none" ? "nobody" : blame),
  },
  { key: "count", title: "Times", kind: "number", value: ({ count }) => count },
  {
    ...{ key: "last", title: "Last", kind: "time" },
    value: ({ last_at }) => last_at,
    view: ({ last_at }) => <Time at={last_at} kind="relative" />,
  },
];

/** Why requests and answers of a miner earned nothing. */
export function Reasons({ reasons }: Pick<MinerDetails, "reasons">) {
  return (
    <Panel title="Refused and rejected, by reason" aside="since it was first seen">
      <Table
        name="reasons"
        caption="Reasons why requests and answers earned nothing"
        columns={columns}
        rows={reasons}
        rowKey={({ kind, code }) => `${kind} ${code}`}
        sort="-count"
        hasSearch={false}
        empty={{ title: "Nothing was refused or rejected" }}
      />
      <p class="dim small">
        Requests count here once their signature was verified, since anyone can name any hotkey. A refused
        request never counts against a miner.
      </p>
    </Panel>
  );
}
