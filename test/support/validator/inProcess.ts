import { join } from "node:path";
import { loadConfig } from "../../../src/config/load.ts";
import type { Clock } from "../../../src/core/clock.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { ValidatorClient } from "../../../src/miner/client.ts";
import { type RunningValidator, startValidator } from "../../../src/validator/start.ts";

/** A wall clock that a test sets, over the real monotonic one: a step is seen as a process sees it. */
export class SteppedClock implements Clock {
  /** What the wall clock shows besides the time that has really passed, ms. */
  offsetMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.offsetMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }
}

/** A validator in this process, under a clock of the test, with the configuration of its data directory. */
export function startInProcess(dataDir: string, clock: Clock): Promise<RunningValidator> {
  const config = loadConfig({ file: join(dataDir, "assay.yaml"), env: { ASSAY_OBSERVE_METRICS: "off" } });
  const options = { config, dataDir, host: "127.0.0.1", port: 0, demo: false, version: "test" };
  return startValidator(options, { clock, random: systemRandom, log: silentLog });
}

export async function clientUnder(clock: Clock, url: string, uri: string): Promise<ValidatorClient> {
  return new ValidatorClient({ url, keypair: await keypairOfUri(uri) }, { clock, random: systemRandom });
}
