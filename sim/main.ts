import { runCampaign } from "./campaign/campaign.ts";
import type { CampaignResult } from "./campaign/result.ts";
import type { LineSink } from "./engine/trace.ts";
import { type Overrides, withOverrides } from "./read/overrides.ts";
import { builtInScenarios, loadScenario } from "./read/scenario.ts";
import { campaignHtml, campaignText } from "./report/campaign.ts";
import { OutputFolder } from "./report/files.ts";
import { reportHtml } from "./report/html.ts";
import { resultText } from "./report/text.ts";
import type { SimResult } from "./result.ts";
import { type Progress, runScenario } from "./run.ts";

// The simulator's functions for the command line.

export interface Order {
  /** A built-in scenario's name, or a file. */
  readonly scenario: string;
  readonly overrides: Overrides;
  /** Folder of the results, or null. */
  readonly out: string | null;
  /** Whether earlier results in `out` are replaced. */
  readonly force: boolean;
}

export interface Hooks {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

export interface SimulateOrder extends Order {
  readonly seed: number;
  /** What `trace.ndjson` holds, if there is a folder: events, or every line of the decision logs too. */
  readonly trace: "events" | "all";
  /** Whether the text lists every miner. */
  readonly miners: boolean;
}

export interface SimulationDone {
  readonly document: SimResult;
  readonly text: string;
}

/** Name and title of every built-in scenario. */
export function listScenarios(): { readonly name: string; readonly title: string }[] {
  return builtInScenarios().map((name) => ({ name, title: loadScenario(name).title }));
}

function folderOf({ out, force }: Order, names: readonly string[]): OutputFolder | null {
  return out === null ? null : new OutputFolder(out, names, force);
}

/** Runs one scenario and writes `result.json`, `report.html` and `trace.ndjson`. Throws `config_invalid`, `failed`, `usage`. */
export async function simulate(order: SimulateOrder, hooks: Hooks): Promise<SimulationDone> {
  const scenario = withOverrides(loadScenario(order.scenario), order.overrides);
  const folder = folderOf(order, ["result.json", "report.html", "trace.ndjson"]);
  const lines = folder?.lines("trace.ndjson") ?? null;
  const sink: { sink?: LineSink } = lines === null ? {} : { sink: lines };
  const options = { seed: order.seed, withLogs: order.trace === "all", ...hooks, ...sink };
  const document = await runScenario(scenario, options).finally(() => lines?.close());
  folder?.json("result.json", document);
  folder?.write("report.html", reportHtml(document));
  return { document, text: resultText(document, { miners: order.miners }) };
}

export interface CampaignOrder extends Order {
  readonly seeds: readonly number[];
  /** Processes; each runs one seed at a time. */
  readonly workers: number;
}

export interface CampaignDone {
  readonly document: CampaignResult;
  readonly text: string;
  /** Every strategy that cheats loses, no other profits, and no honest miner was suspended. */
  readonly passed: boolean;
}

/** Runs one scenario with many seeds and writes `campaign.json` and `campaign.html`. Throws as `simulate` does. */
export async function campaign(order: CampaignOrder, hooks: Hooks): Promise<CampaignDone> {
  const scenario = withOverrides(loadScenario(order.scenario), order.overrides);
  const folder = folderOf(order, ["campaign.json", "campaign.html"]);
  const document = await runCampaign(scenario, { seeds: order.seeds, workers: order.workers, ...hooks });
  folder?.json("campaign.json", document);
  folder?.write("campaign.html", campaignHtml(document));
  return { document, text: campaignText(document), passed: isPassed(document) };
}

/** Strategies that cheat must lose; the others must not profit, and may be undecided. */
function isPassed({ complete, strategies, honest_suspensions }: CampaignResult): boolean {
  const isGood = strategies.every(({ verdict, cheats_per_run }) =>
    cheats_per_run > 0 ? verdict === "loses" : verdict !== "profits",
  );
  return complete && strategies.length > 0 && isGood && honest_suspensions === 0;
}
