import { Command } from "commander";
import { type Access, tokenOf, withAccess } from "./shared/access.ts";
import { print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface NodeRow {
  readonly node: number;
  readonly name: string;
  readonly roles: readonly string[];
  readonly version: string;
  readonly alive: boolean;
  readonly here: boolean;
  readonly cordoned: boolean;
  readonly draining: boolean;
  readonly joined_at: number;
  readonly until: number;
}

function stateOf({ alive, cordoned, draining }: NodeRow): string {
  if (!alive) return "gone";
  if (draining) return "draining";
  return cordoned ? "cordoned" : "live";
}

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

function rowOf(row: NodeRow): string[] {
  const { node, name, roles, version, alive, joined_at, until } = row;
  return [
    `${node}`,
    name,
    roles.join(","),
    stateOf(row),
    version,
    timeOf(joined_at),
    alive ? "" : timeOf(until),
  ];
}

function listCommand(): Command {
  return withAccess(
    new Command("list").description(
      "List the processes that share the validator's store, and those gone in the last day.",
    ),
  ).action(async (options: Access) => {
    const { items } = await ask<{ items: NodeRow[] }>(options.url, "/v1/admin/nodes", {
      token: tokenOf(options),
    });
    print(options.json, items, () =>
      items.length === 0
        ? "no processes are on record: the store is embedded, and only this process can have it open"
        : table([
            ["node", "name", "roles", "state", "version", "joined (UTC)", "gone (UTC)"],
            ...items.map(rowOf),
          ]),
    );
  });
}

function orderCommand(order: "cordon" | "uncordon" | "drain", description: string, done: string): Command {
  return withAccess(new Command(order).description(description))
    .argument("<node>", "number or name, as `assay nodes list` shows it")
    .action(async (node: string, options: Access) => {
      const body = { node, order };
      const answer = await ask<{ heard: number }>(options.url, "/v1/admin/nodes", {
        ...{ method: "POST", token: tokenOf(options), body },
      });
      print(options.json, answer, () => `${node}: ${done}`);
    });
}

export function nodesCommand(): Command {
  return new Command("nodes")
    .description("List, cordon and drain the processes of a validator that share its store.")
    .addCommand(listCommand())
    .addCommand(
      orderCommand(
        "cordon",
        "Give a process no new work; it goes on with what it has.",
        "takes no new work within two seconds",
      ),
    )
    .addCommand(
      orderCommand("uncordon", "End a cordon or a drain that has not ended yet.", "takes work again"),
    )
    .addCommand(
      orderCommand(
        "drain",
        "Let a process end what it has, give the rest to others, and stop.",
        "ends what it has, and then stops with exit status 0",
      ),
    )
    .addHelpText(
      "after",
      `
An order reaches a process with its next heartbeat, within two seconds. From then on its /readyz fails, so that a balancer
goes elsewhere; a draining process goes on serving for five seconds meanwhile.

Examples:
  assay nodes list
  assay nodes drain api-2`,
    );
}
