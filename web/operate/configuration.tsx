import type { ConfigView } from "../../src/http/routes/configSchemas.ts";
import { useReading } from "../live/reading.ts";
import { Badge } from "../parts/badge.tsx";
import { Panel } from "../parts/figure.tsx";
import { Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import * as resources from "../read/resources.ts";

type Item = ConfigView["items"][number];

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const columns: readonly Column<Item>[] = [
  { key: "key", title: "Key", value: ({ key }) => key, view: ({ key }) => <code>{key}</code> },
  {
    ...{ key: "value", title: "Value", value: ({ value }) => text(value) },
    view: ({ value }) => <code class="value">{text(value)}</code>,
  },
  {
    ...{ key: "source", title: "From", value: ({ source }) => source },
    choices: ["default", "file", "environment", "flag"],
    view: ({ source, place }) => (
      <>
        <Badge tone={source === "default" ? "quiet" : "info"}>{source}</Badge>{" "}
        <span class="dim">{place}</span>
      </>
    ),
  },
];

/** The configuration in force, and where each value comes from. */
export function Configuration() {
  const { reading, again } = useReading(resources.config);
  return (
    <Loaded reading={reading} again={again} what="the configuration">
      {({ items }) => (
        <Panel title="Configuration in force" aside="a later source wins: default, file, environment, flag">
          <Table
            name="config"
            caption="keys of the configuration"
            columns={columns}
            rows={items}
            rowKey={({ key }) => key}
            pageSize={25}
            empty={{
              title: "The program that started this validator did not say where its values come from",
            }}
          />
        </Panel>
      )}
    </Loaded>
  );
}
