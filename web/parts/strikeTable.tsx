import { useReading } from "../live/reading.ts";
import type { Strike } from "../read/documents.ts";
import { linkTo } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import { words } from "../read/words.ts";
import { Badge } from "./badge.tsx";
import { Panel } from "./figure.tsx";
import { Id } from "./id.tsx";
import { Loaded } from "./state.tsx";
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
    view: ({ strike_id, evidence }) => (
      <a href={linkTo("strikes", { hotkey: evidence.draw.hotkey, id: strike_id })}>look, and check again</a>
    ),
  },
];

/** A miner's strikes, each with a link to its evidence. */
export function StrikeTable({ hotkey }: { hotkey: string }) {
  const { reading, again } = useReading(resources.strikes(hotkey), { on: ["strike", "standing"] });
  return (
    <Panel title="Strikes" id="strikes">
      <Loaded reading={reading} again={again} what="strikes">
        {({ items }) => (
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
        )}
      </Loaded>
    </Panel>
  );
}
