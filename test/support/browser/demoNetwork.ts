import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { systemClock } from "../../../src/core/clock.ts";
import type { ClosedEpochPage, MinerPage, Status } from "../../../src/http/handlers.ts";
import { dataDirWith, removeDir, startValidator, type Validator } from "../validator/validator.ts";
import { STUCK_MS } from "./chromium.ts";

const HOUR = 3_600_000;
/** As the demo has it: a vector is signed every 10 blocks of 2 s. */
const TEMPO_MS = 20_000;
const preload = pathToFileURL(join(import.meta.dirname, "../validator/steppedDate.mjs")).href;

/** A demo network with a past, whose clock the tests set forward. */
export interface DemoNetwork extends Validator {
  /** Lets this much time pass at once. */
  pass(ms: number): void;
  /** Lets time pass up to `behindMs` before the present. */
  catchUp(behindMs: number): void;
  get<Answer>(path: string): Promise<Answer>;
}

/** Room for hours that pass at once, and suspensions that outlast them. */
const config = {
  observe: { clock_step_ms: 86_400_000 },
  judge: { suspension_tempos: 2000, window_blocks: 20_000 },
  // A forger is soon caught.
  sample: { classes: { cold_start: "1" } },
};

async function started(solvers: number, more: object): Promise<DemoNetwork> {
  const dataDir = dataDirWith({ ...config, ...more });
  const file = join(dataDir, "clock");
  // The tenth minute of the epoch before the last one: it closes when all time has passed.
  let offsetMs = 10 * 60_000 - (systemClock.nowMs() % HOUR) - 2 * HOUR;
  writeFileSync(file, String(offsetMs));
  const set = (ms: number): void => {
    offsetMs = ms;
    writeFileSync(file, String(offsetMs));
  };
  const env = { NODE_OPTIONS: `--import=${preload}`, TEST_CLOCK_FILE: file };
  const validator = await startValidator(dataDir, ["--demo", String(solvers)], null, env);
  return {
    ...validator,
    pass: (ms) => set(offsetMs + ms),
    catchUp: (behindMs) => set(-behindMs),
    get: async <Answer>(path: string) => (await (await fetch(validator.url + path)).json()) as Answer,
    stop: () => validator.stop().finally(() => removeDir(dataDir)),
  };
}

async function eventually(what: string, { stderr }: Validator, holds: () => Promise<boolean>): Promise<void> {
  const begunMs = performance.now();
  while (performance.now() - begunMs < STUCK_MS) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`waited in vain for ${what}\n${stderr()}`);
}

/** Lets a period pass, and waits for its weights. */
async function nextWeights(network: DemoNetwork): Promise<void> {
  const period = async (): Promise<number> =>
    (await network.get<{ readonly period?: number }>("/v1/weights/latest")).period ?? -1;
  const last = await period();
  network.pass(TEMPO_MS);
  await eventually(`weights of a period after ${last}`, network, async () => (await period()) > last);
}

/** Miners that work, one that was caught, weights of several periods, and an epoch that has closed; `more`: sections of the configuration. */
export async function demoNetwork(solvers: number, more: object = {}): Promise<DemoNetwork> {
  const network = await started(solvers, more);
  // One of the solvers is a cheat, two of the provers are not.
  const honest = solvers - 1 + 2;
  const { epoch } = await network.get<Status>("/v1/status");
  await eventually("miners at work, and one that was caught", network, async () => {
    const { items } = await network.get<MinerPage>("/v1/miners?limit=500");
    const atWork = items.filter(({ counts }) => counts.accepted > 0);
    return atWork.length >= honest && items.some(({ strikes }) => strikes > 0);
  });
  await nextWeights(network);
  network.catchUp(2 * TEMPO_MS);
  await eventually("an epoch that has closed", network, async () => {
    const { items } = await network.get<ClosedEpochPage>("/v1/sampling");
    return items.some((item) => item.epoch === epoch);
  });
  for (let period = 0; period < 2; period++) await nextWeights(network);
  return network;
}
