import type { Log } from "../core/log.ts";
import type { RunningValidator } from "../validator/start.ts";
import { demoRoles, startMiner, stopMiner } from "./network.ts";
import { demoTable } from "./table.ts";

const TABLE_EVERY_MS = 3000;

/** Starts local miners against a running validator, the last of several a cheat, and prints a live table every few seconds. */
export function startDemo(
  options: { count: number; validator: RunningValidator; print: (text: string) => void },
  { log }: { log: Log },
): { close(): Promise<void> } {
  const { count, validator, print } = options;
  const roles = demoRoles(count);
  const starting = Promise.all(roles.map((role) => startMiner(role, validator.url, log)));
  print(
    `demo: ${roles.length} miners; a block takes 2 s; solvers have a weight after 5 blocks, provers after 100 answers; Ctrl-C stops\n`,
  );
  if (!roles.some(({ lane }) => lane === "groth16"))
    print("demo: no provers, because snarkjs is not installed; to add them: npm install snarkjs@0.7.6\n");
  const show = async (): Promise<void> => print(await demoTable(await starting, validator));
  const timer = setInterval(() => {
    show().catch((error: Error) => log.warn("demo_table_failed", { cause: error.message }));
  }, TABLE_EVERY_MS);
  return {
    async close() {
      clearInterval(timer);
      await Promise.all((await starting).map(stopMiner));
    },
  };
}
