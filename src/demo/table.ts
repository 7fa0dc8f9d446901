import { periodOf } from "../flow/weights.ts";
import { refusals } from "../miner/tally.ts";
import type { RunningValidator } from "../validator/start.ts";
import type { DemoMiner } from "./network.ts";

const columns = `${"miner".padEnd(16)} ${"lane".padEnd(8)} ${"hotkey".padEnd(10)} ${"accepted".padStart(8)} ${"rejected".padStart(9)} ${"weight".padStart(8)}  ${"standing".padEnd(10)}  refused by reason`;

function row(miner: DemoMiner, weight: number, standing: string): string {
  const { accepted, rejected } = miner.tally;
  const cells = [
    `${miner.name}${miner.cheat ? " (cheat)" : ""}`.padEnd(16),
    miner.lane.padEnd(8),
    `${miner.hotkey.slice(0, 8)}…`.padEnd(10),
    String(accepted).padStart(8),
    String(rejected).padStart(9),
    `${(weight * 100).toFixed(1)} %`.padStart(8),
    ` ${standing.padEnd(10)}`,
    `  ${refusals(miner.tally)}`,
  ];
  return cells.join(" ");
}

/** What each miner of the demo has done, and what it weighs. */
export async function demoTable(miners: readonly DemoMiner[], validator: RunningValidator): Promise<string> {
  const weights = new Map((await validator.previewWeights()).map((weight) => [weight.hotkey, weight.weight]));
  const signed = await validator.latestVector();
  const head = `\nblock ${validator.block() ?? "?"}  ${validator.url}  signed weights: ${signed === null ? "none yet" : `period ${periodOf(signed)}`}`;
  const rows = miners.map((miner) =>
    row(miner, weights.get(miner.hotkey) ?? 0, validator.standing(miner.hotkey) ?? "-"),
  );
  return [head, columns, ...rows, ""].join("\n");
}
