import { once } from "node:events";
import { availableParallelism } from "node:os";
import { AssayError } from "../../core/problems/assayError.ts";
import { ValidatorClient } from "../client.ts";
import type { Pace } from "../pace.ts";
import { newMinerTally } from "../tally.ts";
import { cheatProver } from "./cheatProver.ts";
import { circuitsOf, kindsOf, noKindText } from "./circuits.ts";
import { followCounts } from "./follow.ts";
import type { Prover } from "./prover.ts";
import { circuitsHome, SnarkProver } from "./snarkProver.ts";
import { StreamMiner, type StreamMinerModules, type StreamMinerOptions } from "./streamMiner.ts";
import { startWorkServer } from "./workServer.ts";

export interface PushMinerOptions extends Omit<StreamMinerOptions, "times"> {
  /** Fakes every third answer. */
  readonly cheat: boolean;
  /** Where to be dialled; without it the miner dials in. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Holds `KIND/KIND.wasm` and `KIND/KIND.zkey` of each kind; the project's own circuits unless given. */
  readonly circuitsDir?: string;
}

export interface PushMinerModules extends Omit<StreamMinerModules, "prover"> {
  /** Rests between proofs; none unless given. */
  readonly pace?: Pace;
}

const CHEAT_EVERY = 3;

function atPace(inner: Prover, pace: Pace): Prover {
  return {
    has: (kind, ownInputs) => inner.has(kind, ownInputs),
    close: () => inner.close(),
    prove: (kind, input, signal) => pace.work(() => inner.prove(kind, input, signal), signal),
  };
}

/** Runs a miner of a push lane with a prover of its own until the signal aborts. Throws `failed` when snarkjs is not installed. */
export async function runPushMiner(options: PushMinerOptions, modules: PushMinerModules): Promise<void> {
  const { capacity, cheat, circuitsDir } = options;
  const snarks = new SnarkProver({
    threads: Math.min(capacity, availableParallelism()),
    ...(circuitsDir === undefined ? {} : { circuitsDir }),
  });
  const rested = modules.pace === undefined ? snarks : atPace(snarks, modules.pace);
  const prover = cheat ? cheatProver(rested, CHEAT_EVERY) : rested;
  try {
    const folder = circuitsDir ?? circuitsHome;
    if (snarks.kinds().length === 0)
      throw new AssayError({
        code: "failed",
        message: `there is no circuit in ${folder}; each needs ID/ID.wasm and ID/ID.zkey`,
      });
    await snarks.ready();
    await (options.listen === undefined
      ? dialIn(options, modules, prover)
      : beDialled(options, modules, prover));
  } finally {
    await prover.close();
  }
}

async function dialIn(options: PushMinerOptions, modules: PushMinerModules, prover: Prover): Promise<void> {
  const { signal } = options;
  const over = new AbortController();
  const miner = new StreamMiner(options, { ...modules, prover });
  const following = followCounts(miner.client, miner.tally, {
    signal: AbortSignal.any([signal, over.signal]),
    changed: modules.changed,
  });
  try {
    await miner.run();
  } finally {
    over.abort();
    await following;
  }
}

async function beDialled(
  options: PushMinerOptions,
  modules: PushMinerModules,
  prover: Prover,
): Promise<void> {
  const { signal, lane, capacity, listen = { host: "127.0.0.1", port: 0 } } = options;
  const tally = newMinerTally();
  const client = new ValidatorClient(options, modules);
  // A validator that does not run yet says what it wants by its jobs.
  const circuits = await circuitsOf(client, lane).catch(() => null);
  if (circuits !== null && kindsOf(circuits, prover)?.length === 0)
    throw new AssayError({ code: "failed", message: noKindText(circuits) });
  const server = await startWorkServer({ ...listen, lane, capacity }, { ...modules, client, prover, tally });
  tally.state = `listening on ${server.url}`;
  modules.changed(tally);
  const following = followCounts(client, tally, { signal, changed: modules.changed });
  if (!signal.aborted) await once(signal, "abort");
  await server.close();
  await following;
}
