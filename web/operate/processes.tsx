import type { NodeList } from "../../src/http/routes/nodeSchemas.ts";
import { useReading } from "../live/reading.ts";
import { Action } from "../parts/action.tsx";
import { Badge } from "../parts/badge.tsx";
import { Facts, Panel } from "../parts/figure.tsx";
import { Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { send } from "../read/api.ts";
import { number } from "../read/format.ts";
import * as resources from "../read/resources.ts";

type Node = NodeList["items"][number];
type Order = "cordon" | "uncordon" | "drain";

const effects: Readonly<Record<Order, string>> = {
  cordon: "takes no new work and goes on with what it has; others take over what comes. Uncordon undoes it.",
  uncordon: "takes new work again; a drain that has not ended it yet is undone.",
  drain:
    "takes no new work, ends what it has, gives the rest to the others and stops with exit status 0. Its supervisor decides whether it starts again.",
};
const titles: Readonly<Record<Order, string>> = {
  cordon: "Cordon",
  uncordon: "Uncordon",
  drain: "Drain and stop",
};

function NodeAction({ node, order, again }: { node: Node; order: Order; again: () => void }) {
  return (
    <Action
      name={titles[order]}
      isDangerous={order === "drain"}
      asksReason={false}
      effect={
        <p>
          The process <strong>{node.name}</strong> {effects[order]}
        </p>
      }
      run={() => send("POST", "v1/admin/nodes", { node: String(node.node), order })}
      onDone={again}
    />
  );
}

function stateOf({ alive, draining, cordoned }: Node) {
  if (!alive) return <Badge tone="quiet">gone</Badge>;
  if (draining) return <Badge tone="warn">draining</Badge>;
  return cordoned ? <Badge tone="warn">cordoned</Badge> : <Badge tone="good">at work</Badge>;
}

const columnsOf = (again: () => void): readonly Column<Node>[] => [
  {
    ...{ key: "name", title: "Process", value: ({ name }) => name },
    view: ({ name, here }) => (here ? `${name} (answers this page)` : name),
  },
  { key: "roles", title: "Roles", value: ({ roles }) => roles.join(", ") },
  { key: "state", title: "State", value: ({ alive }) => (alive ? "alive" : "gone"), view: stateOf },
  { key: "version", title: "Version", value: ({ version }) => version, isMinor: true },
  {
    ...{ key: "joined", title: "Since", kind: "time", value: ({ joined_at }) => joined_at },
    view: ({ joined_at }) => <Time at={joined_at} kind="relative" />,
  },
  {
    ...{ key: "orders", title: "Orders", value: () => null },
    view: (node) =>
      node.alive ? (
        <span class="actions">
          <NodeAction node={node} order={node.cordoned ? "uncordon" : "cordon"} again={again} />
          <NodeAction node={node} order="drain" again={again} />
        </span>
      ) : null,
  },
];

/** Processes that share the store, with what they can be ordered to do. */
export function Processes() {
  const { reading, again } = useReading(resources.nodes, { everyMs: 5000 });
  return (
    <Loaded reading={reading} again={again} what="the processes">
      {({ items }) => (
        <Panel title="Processes">
          <Table
            name="processes"
            caption="processes"
            columns={columnsOf(again)}
            rows={items}
            rowKey={({ node }) => String(node)}
            sort="name"
            hasSearch={false}
            empty={{
              title: "One process",
              text: "The store is embedded, so no other process shares it. With PostgreSQL they are listed here.",
            }}
          />
        </Panel>
      )}
    </Loaded>
  );
}

/** The drain of the process that answers: before an upgrade. */
export function Drain() {
  const { reading, again } = useReading(resources.drain, { everyMs: 3000 });
  return (
    <Loaded reading={reading} again={again} what="the drain">
      {({ draining, reason, since, open }) => (
        <Panel
          title="Drain of this process"
          aside={
            draining ? <Badge tone="warn">takes no new work</Badge> : <Badge tone="good">takes work</Badge>
          }
        >
          <Facts
            rows={[
              ...(draining
                ? ([
                    ["Since", <Time key="since" at={since} kind="both" />],
                    ["Reason", reason],
                  ] as const)
                : []),
              ["Submissions open", `${number(open.submissions)} units`],
              ["Jobs at miners", number(open.jobs)],
              ["Answers without a verdict", number(open.proofs)],
            ]}
          />
          <div class="actions">
            {draining ? (
              <Action
                name="Take work again"
                asksReason={false}
                effect={<p>Submissions and jobs are taken again, and /readyz succeeds.</p>}
                run={() => send("DELETE", "v1/admin/drain")}
                onDone={again}
              />
            ) : (
              <Action
                name="Drain"
                isDangerous
                effect={
                  <p>
                    Submissions and customers' jobs are refused with <code>draining</code>, no jobs are sent,
                    and /readyz fails, so that a load balancer sends nobody here. What is open ends, epochs
                    close and weights are sent. The process goes on until it is stopped or this is undone.
                  </p>
                }
                run={(why) => send("POST", "v1/admin/drain", { reason: why })}
                onDone={again}
              />
            )}
          </div>
        </Panel>
      )}
    </Loaded>
  );
}
