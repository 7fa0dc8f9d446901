import { useEffect } from "preact/hooks";
import { useReading } from "../live/reading.ts";
import { linkHere, place } from "../live/router.ts";
import type { Strike } from "../read/documents.ts";
import { linkTo } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import { words } from "../read/words.ts";
import { Badge } from "./badge.tsx";
import { Evidence } from "./evidence.tsx";
import { Panel } from "./figure.tsx";
import { Id } from "./id.tsx";
import { Empty, Loaded } from "./state.tsx";
import { type Column, Table } from "./table.tsx";
import { Time } from "./time.tsx";

const columns: readonly Column<Strike>[] = [
  { key: "at", title: "When", kind: "time", value: ({ at }) => at, view: ({ at }) => <Time at={at} /> },
  { key: "block", title: "Block", kind: "number", value: ({ block }) => block },
  { key: "lane", title: "Lane", value: ({ lane }) => lane },
  {
    ...{ key: "code", title: "Verdict" },
    value: ({ evidence }) => evidence.verdict.code,
    view: ({ evidence }) => words(evidence.verdict.code),
  },
  {
    ...{ key: "counted", title: "Counted", hint: "Whether it counted towards a suspension" },
    value: ({ counted }) => (counted ? "counted" : "not counted"),
    view: ({ counted }) => (
      <Badge tone={counted ? "bad" : "quiet"}>{counted ? "counted" : "not counted"}</Badge>
    ),
  },
  {
    ...{ key: "until", title: "Suspended until", kind: "number" },
    value: ({ suspended_until }) => suspended_until,
  },
  {
    ...{ key: "work", title: "Work" },
    value: ({ evidence }) => evidence.work_id,
    view: ({ evidence }) => <Id id={evidence.work_id} of="work id" />,
  },
  {
    ...{ key: "evidence", title: "Evidence" },
    value: ({ strike_id }) => strike_id,
    view: ({ strike_id }) => (
      <a
        href={linkHere({ strike: strike_id, show: "strikes" })}
        aria-label={`look, and check again: strike ${strike_id}`}
      >
        look, and check again
      </a>
    ),
  },
];

/** The strike that the address names, with its evidence. */
function Chosen({ hotkey, items }: { hotkey: string; items: readonly Strike[] }) {
  const { strike: id } = place.value.query;
  if (id === undefined) return null;
  const strike = items.find(({ strike_id }) => strike_id === id);
  if (strike === undefined)
    return <Empty title="This miner has no such strike">It may have been deleted with its epoch.</Empty>;
  return (
    <section class="chosen" aria-label="Evidence">
      <h3>Evidence</h3>
      <Evidence key={id} hotkey={hotkey} strike={strike} />
    </section>
  );
}

/** A miner's strikes, and the evidence of the one that is chosen, which the page checks again. */
export function StrikeTable({ hotkey }: { hotkey: string }) {
  const { reading, again } = useReading(resources.strikes(hotkey), { on: ["strike", "standing"] });
  const isAskedFor = place.value.query.show === "strikes" && reading.data !== null;
  useEffect(() => {
    if (isAskedFor) document.getElementById("strikes")?.scrollIntoView();
  }, [isAskedFor]);
  return (
    <Panel title="Strikes" id="strikes" aside={<a href={linkTo("strikes")}>all strikes</a>}>
      <Loaded reading={reading} again={again} what="strikes">
        {({ items }) => (
          <>
            <Table
              name="strikes"
              caption="strikes"
              columns={columns}
              rows={items}
              rowKey={({ strike_id }) => strike_id}
              sort="-at"
              hasSearch={items.length > 10}
              empty={{ title: "No strikes", text: "No cheat of this hotkey was ever proven here." }}
            />
            <Chosen hotkey={hotkey} items={items} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}
