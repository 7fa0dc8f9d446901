import { Badge } from "../parts/badge.tsx";
import { type Bar, Bars } from "../parts/bars.tsx";
import { Facts, Panel } from "../parts/figure.tsx";
import { Hotkey, Id } from "../parts/id.tsx";
import { Empty } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import type { Vector, WeightsWithPlan } from "../read/documents.ts";
import { number, percent } from "../read/format.ts";
import { linkTo } from "../read/place.ts";
import { type ComparedRow, compared } from "./compare.ts";
import { periodOf } from "./periods.ts";

/** Bars beyond this many would be a column of dust; the table has all. */
const barsMost = 16;

const signed = (value: number | null, write: (value: number) => string): string =>
  value === null ? "–" : `${value > 0 ? "+" : value < 0 ? "−" : ""}${write(Math.abs(value))}`;

const who = ({ hotkey, uid }: ComparedRow) => (hotkey === null ? `uid ${uid}` : <Hotkey hotkey={hotkey} />);

const columns: readonly Column<ComparedRow>[] = [
  { key: "hotkey", title: "Hotkey", value: ({ key }) => key, view: who },
  { key: "uid", title: "Uid", kind: "number", value: ({ uid }) => uid, isMinor: true },
  {
    ...{ key: "weight", title: "Weight", kind: "number" },
    value: ({ weight }) => weight,
    view: ({ weight }) => percent(weight, 3),
  },
  {
    ...{ key: "change", title: "Since the last", kind: "number", hint: "In points of a hundred" },
    value: ({ change }) => change,
    view: ({ change }) => signed(change, (value) => percent(value, 3)),
  },
  { key: "u16", title: "u16", kind: "number", value: ({ u16 }) => u16, isMinor: true },
  {
    ...{ key: "chain", title: "On chain", kind: "number", hint: "u16 that the chain holds" },
    value: ({ chain }) => chain,
    isMinor: true,
  },
  {
    ...{ key: "apart", title: "Chain − sent", kind: "number", isMinor: true },
    value: ({ chainChange }) => chainChange,
    view: ({ chainChange }) => signed(chainChange, number),
  },
];

function barsOf(rows: readonly ComparedRow[]): Bar[] {
  return rows
    .filter(({ weight }) => weight > 0)
    .slice(0, barsMost)
    .map((row) => ({
      ...{ key: row.key, label: who(row), value: row.weight },
      text: `${percent(row.weight)} (${signed(row.change, percent)})`,
    }));
}

function VectorFacts({ vector, plan }: Pick<WeightsWithPlan, "vector" | "plan">) {
  const period = periodOf(vector);
  return (
    <Facts
      rows={[
        ["Signed", <Time key="at" at={vector.issued_at} kind="both" />],
        ["Valid until", <Time key="until" at={vector.expires_at} />],
        ["At block", number(vector.block)],
        ["Key", <Id key="key" id={vector.key_id} of="key id" />],
        ["Policy", <Id key="policy" id={vector.policy_hash} of="policy hash" />],
        [
          "Document",
          <a key="json" href={`v1/weights/${period}`}>
            signed JSON
          </a>,
        ],
        ...(plan === null ? [] : ([["Left out", `${plan.left_out.length} hotkeys not registered`]] as const)),
      ]}
    />
  );
}

function ChainWord({
  rows,
  plan,
  chain,
}: { rows: readonly ComparedRow[] } & Omit<WeightsWithPlan, "vector">) {
  if (plan === null || chain === null)
    return <p class="dim">This chain keeps no weights, so there is nothing to compare with.</p>;
  const apart = rows.filter(({ chainChange }) => chainChange !== null && chainChange !== 0).length;
  const absent = plan.sent.length - rows.filter(({ chainChange }) => chainChange !== null).length;
  return apart + absent === 0 ? (
    <Badge tone="good">the chain holds what was sent, at block {number(chain.block)}</Badge>
  ) : (
    <Badge tone={plan.state === "confirmed" ? "warn" : "info"}>
      {number(apart)} differ, {number(absent)} absent on chain at block {number(chain.block)}
    </Badge>
  );
}

/** One signed vector: bars, every row, and how it differs from the last one and from what the chain holds. */
export function VectorPanel({ found, before }: { found: WeightsWithPlan; before: Vector | null }) {
  const { vector, plan, chain } = found;
  const rows = compared(vector.weights, before?.weights ?? null, {
    sent: plan?.sent ?? [],
    held: chain?.weights ?? [],
  });
  const period = periodOf(vector);
  const last = before === null ? "no vector before it" : `compared with period ${periodOf(before)}`;
  return (
    <>
      <Panel title={`Vector of period ${period}`} aside={last}>
        {vector.weights.length === 0 ? (
          <Empty title="No miner has a weight">
            Miners weigh after their cold start, with accepted work.{" "}
            <a href={linkTo("miners")}>See the miners.</a>
          </Empty>
        ) : (
          <Bars label={`Weights of period ${period}`} bars={barsOf(rows)} />
        )}
        <ChainWord rows={rows} plan={plan} chain={chain} />
        <VectorFacts vector={vector} plan={plan} />
      </Panel>
      <Panel title="Rows">
        <Table
          name="rows"
          caption={`weights of period ${period}`}
          columns={columns}
          rows={rows}
          rowKey={({ key }) => key}
          sort="-weight"
          empty={{ title: "The vector is empty" }}
        />
      </Panel>
    </>
  );
}
