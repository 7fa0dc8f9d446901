import { Command } from "commander";
import { span } from "../../core/figures.ts";
import type { ChainStatusView, EndpointView, OwnView } from "../../validator/chainTools.ts";
import { shortHash } from "../shared/hashes.ts";
import { exitCodes, print, table } from "../shared/output.ts";
import { type SettingsOptions, settings, withSettings } from "../shared/settings.ts";

const orDash = (value: string | number | null): string => (value === null ? "-" : String(value));

function endpointRow({ name, in_use, genesis, height, age_ms, latency_ms, runtime }: EndpointView): string[] {
  return [
    in_use ? "*" : "",
    name,
    genesis === null ? "-" : shortHash(genesis),
    orDash(height),
    age_ms === null ? "-" : span(Math.max(0, age_ms)),
    latency_ms === null ? "-" : `${Math.round(latency_ms)} ms`,
    orDash(runtime),
  ];
}

function endpointFaults({ name, fault, missing }: EndpointView): string[] {
  return [
    ...(fault === null ? [] : [`${name}: ${fault}`]),
    ...(missing.length === 0 ? [] : [`${name}: its runtime lacks ${missing.join(", ")}`]),
  ];
}

function ownLines(own: OwnView, block: number): string[] {
  const limit = own.weights_from_block;
  const wait = limit > block ? `, so again from block ${limit}` : "";
  const epoch = own.next_epoch_block;
  return table([
    ["hotkey", own.hotkey],
    ["uid", own.uid === null ? "not registered" : String(own.uid)],
    ["stake", `${own.stake} (threshold ${own.stake_threshold})`],
    ["permit", own.permit ? "yes" : own.is_owner ? "no, but it is the owner's" : "NO"],
    ["last update", own.last_update === 0 ? "never" : `block ${own.last_update}`],
    ["weights", own.method ?? "REFUSED: chain.weights contradicts the subnet's setting"],
    ["rate limit", `every ${own.rate_limit} blocks${wait}`],
    ["version key", String(own.version_key)],
    ["next epoch", epoch === null ? "none: the tempo is 0" : `block ${epoch}, in ${epoch - block} blocks`],
  ]).split("\n");
}

function planLine({ period, state, method, reason }: ChainStatusView["plans"][number]): string {
  const how = method === null ? "" : ` (${method})`;
  return `period ${period}: ${state}${how}${reason === null ? "" : `: ${reason}`}`;
}

function text(status: ChainStatusView): string {
  const { network, netuid, mechanism, endpoints, block, own, plans, alarms, missing } = status;
  const head = ["", "endpoint", "genesis", "height", "age", "latency", "runtime"];
  const place = `${shortHash(network)} / ${netuid}${mechanism === 0 ? "" : `, mechanism ${mechanism}`}`;
  return [
    `${place}, ${block === null ? "height unknown" : `finalised block ${block}`}`,
    table([head, ...endpoints.map(endpointRow)]),
    ...endpoints.flatMap(endpointFaults),
    ...(own === null || block === null ? [] : ["", ...ownLines(own, block)]),
    "",
    ...(plans.length === 0 ? ["no plan is open"] : plans.map(planLine)),
    ...alarms.map((alarm) => `ALARM ${alarm.code}: ${alarm.text}`),
    ...missing.map((line) => `not shown: ${line}`),
  ].join("\n");
}

export function statusCommand(): Command {
  return withSettings(
    new Command("status").description(
      "Show every endpoint, how the validator's hotkey stands, open plans of weights and alarms; exit 1 when no endpoint is healthy.",
    ),
  )
    .option("--json", "print one JSON document")
    .action(async (options: SettingsOptions & { json?: boolean }) => {
      const { chainStatus } = await import("../../validator/chainTools.ts");
      const status = await chainStatus({ config: settings(options), dataDir: options.data });
      print(options.json, status, () => text(status));
      process.exitCode = status.block === null ? exitCodes.failed : exitCodes.done;
    });
}
