import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { RunningValidator } from "../validator/start.ts";
import { type DemoMiner, demoRoles, startMiners, stopMiner } from "./network.ts";
import type { Screen } from "./screen.ts";
import { type DemoState, demoTable } from "./table.ts";

const TABLE_EVERY_MS = 3000;

async function stateOf(
  miners: readonly DemoMiner[],
  validator: RunningValidator,
  now: number,
): Promise<DemoState> {
  const [preview, signed] = await Promise.all([validator.previewWeights(), validator.latestVector()]);
  return {
    ...{ now, signed, url: validator.url, ...validator.rules },
    block: validator.block(),
    weightsDueMs: validator.weightsDueMs(),
    weights: new Map(preview.flatMap(({ hotkey, weight }) => (hotkey === null ? [] : [[hotkey, weight]]))),
    standings: new Map(miners.map(({ hotkey }) => [hotkey, validator.standing(hotkey)])),
  };
}

/** Starts local miners against a running validator, the last of several a cheat, and shows a live table every few seconds. */
export function startDemo(
  options: { count: number; validator: RunningValidator; screen: Screen },
  { clock, log }: { clock: Clock; log: Log },
): { close(): Promise<void> } {
  const { count, validator, screen } = options;
  const roles = demoRoles(count);
  const starting = startMiners(roles, validator.url, log);
  screen.say(
    `demo: ${roles.length} miners; a block takes 2 s; solvers have a weight after 5 blocks, provers after 100 answers; Ctrl-C stops`,
  );
  if (!roles.some(({ lane }) => lane === "groth16"))
    screen.say("demo: no provers, because snarkjs is not installed; to add them: npm install snarkjs@0.7.6");
  let closed = false;
  const show = async (): Promise<void> => {
    const miners = await starting;
    const state = await stateOf(miners, validator, clock.nowMs());
    if (!closed) screen.show(demoTable(miners, state));
  };
  const timer = setInterval(() => {
    show().catch((error: Error) => log.warn("demo_table_failed", { cause: error.message }));
  }, TABLE_EVERY_MS);
  return {
    async close() {
      closed = true;
      clearInterval(timer);
      await Promise.all((await starting).map(stopMiner));
    },
  };
}
