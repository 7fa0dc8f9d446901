import type { Standing } from "../flow/standing.ts";
import { periodOf, type SignedVector } from "../flow/weights.ts";
import { refusals } from "../miner/tally.ts";
import type { DemoMiner } from "./network.ts";
import { whyZero, type ZeroFacts } from "./whyZero.ts";

/** What the validator says at one moment. */
export interface DemoState extends Pick<ZeroFacts, "block" | "coldStartBlocks" | "minResults"> {
  readonly now: number;
  readonly url: string;
  /** Ms until weights are signed; null while the height is unknown. */
  readonly weightsDueMs: number | null;
  readonly signed: SignedVector | null;
  readonly weights: ReadonlyMap<string, number>;
  readonly standings: ReadonlyMap<string, Standing | null>;
}

const label = (miner: DemoMiner): string => `${miner.name}${miner.cheat ? " (cheat)" : ""}`;

function columns(cells: readonly [string, string, string, string, string, string]): string {
  const [name, lane, accepted, rejected, weight, why] = cells;
  return `${name.padEnd(16)}${lane.padEnd(9)}${accepted.padStart(8)}${rejected.padStart(9)}${weight.padStart(9)}   ${why}`;
}

function row(miner: DemoMiner, state: DemoState): string {
  const { accepted, rejected } = miner.tally;
  const weight = state.weights.get(miner.hotkey) ?? 0;
  const standing = state.standings.get(miner.hotkey) ?? null;
  const why = weight > 0 ? "" : whyZero({ ...state, standing, lane: miner.lane, accepted });
  const share = `${(weight * 100).toFixed(1)} %`;
  return columns([label(miner), miner.lane, String(accepted), String(rejected), share, why]).trimEnd();
}

function head(state: DemoState): string {
  const time = new Date(state.now).toISOString().slice(11, 19);
  const due = state.weightsDueMs === null ? "?" : Math.ceil(state.weightsDueMs / 1000);
  const signed = state.signed === null ? "none yet" : `period ${periodOf(state.signed)}`;
  return `${time} UTC  block ${state.block ?? "?"}  signed weights: ${signed}, next in ${due} s`;
}

/** What each miner of the demo has done, what it weighs, and why that is 0; every line of a row fits 80 columns. */
export function demoTable(miners: readonly DemoMiner[], state: DemoState): string[] {
  const refused = miners.filter(({ tally }) => Object.keys(tally.refused).length > 0);
  return [
    head(state),
    columns(["miner", "lane", "accepted", "rejected", "weight", "why it is 0"]),
    ...miners.map((miner) => row(miner, state)),
    ...refused.map((miner) => `refused: ${label(miner)}: ${refusals(miner.tally)}`),
  ];
}
