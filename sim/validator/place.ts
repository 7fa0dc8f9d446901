import { silentLog } from "../../src/core/log.ts";
import { noMetrics } from "../../src/core/metrics.ts";
import type { Store } from "../../src/flow/store.ts";
import { STRIKES_KEPT } from "../../src/judge/judge.ts";
import { Mirror } from "../../src/judge/mirror.ts";
import { boundsOfJudge } from "../../src/store/loadStanding.ts";
import { telling } from "../../src/store/nudges.ts";
import { aloneWith, joinStore, type Membership } from "../../src/validator/roles/membership.ts";
import { allRoles } from "../../src/validator/roles/roles.ts";
import type { HeldProcess } from "../engine/heldProcess.ts";
import type { SharedModelledStore } from "./modelledStore.ts";
import type { SharedModelStore } from "./sharedStore.ts";

// What a process has of the store that it shares, or has for itself.

/** Every call of the modelled store. */
const calls: Readonly<Record<Exclude<keyof SharedModelledStore, "listen">, true>> = {
  ...{ recordDraws: true, endSamples: true, openSamples: true, addWork: true, work: true },
  ...{ addCustomerJob: true, customerJob: true, cancelCustomerJob: true },
  ...{ queuedCustomerJobs: true, updateCustomerJob: true },
  ...{ claimCustomerJobs: true, releaseCustomerJobs: true, lostCustomerJobs: true },
  ...{ commitEpoch: true, closeEpoch: true, epoch: true, isEpochUsed: true, openEpochs: true },
  ...{ addLogHead: true, logHeads: true },
  ...{ standingState: true, suspend: true, release: true, dropMiners: true, dropEndedSuspensions: true },
  ...{ standingChanges: true, standingOf: true, credits: true },
  ...{ recordIntent: true, saveVector: true, vector: true, latestVector: true, note: true, setNote: true },
  ...{ joinNode: true, renewNode: true, leaveNode: true, nodes: true, orderNode: true },
  ...{ takeLease: true, releaseLease: true },
  ...{ takeStream: true, lostStreams: true, unservedHotkeys: true, dropStream: true },
};

type Call = (...args: unknown[]) => Promise<unknown>;

/** The store as a process sees it: an answer waits while the process is paused. What the model lacks, no stage of it asks for. */
function storeOf(store: SharedModelStore, process: HeldProcess): Store {
  const seen = (name: string): Call => {
    const call = Reflect.get(store, name) as Call;
    return (...args) =>
      new Promise((resolve, reject) => {
        call.apply(store, args).then(
          (value) => process.deliver(() => resolve(value)),
          (error: unknown) => process.deliver(() => reject(error)),
        );
      });
  };
  const plain = Object.fromEntries(Object.keys(calls).map((name) => [name, seen(name)])) as unknown as Store;
  return {
    ...plain,
    ...telling(plain, store.listeners),
    listen: (topic, heard) => store.listen(topic, () => process.deliver(heard)),
  };
}

/** The membership of the only process of a store. Without `process` its calls go straight to the store: nothing ends or holds it. */
export function alone(store: SharedModelStore, process: HeldProcess | null): Membership {
  const seen = process === null ? (store as unknown as Store) : storeOf(store, process);
  return aloneWith(seen, allRoles);
}

/** Joins those that share the store. */
export function joined(store: SharedModelStore, process: HeldProcess, name: string): Promise<Membership> {
  const { clock } = process.world.line;
  return joinStore(
    storeOf(store, process),
    { roles: allRoles, name, version: "model" },
    {
      ...{ clock, log: silentLog, metrics: noMetrics, drain: () => undefined },
      every: (ms, run) => process.every(ms, run),
    },
  );
}

/** Started before judge loads, so that no change falls between; null where no other process changes standing. */
export async function mirrorOf({ node, store }: Membership, strikes: number): Promise<Mirror | null> {
  if (node === null) return null;
  const { hotkeys } = boundsOfJudge;
  const mirror = new Mirror({ hotkeys, strikes: Math.max(STRIKES_KEPT, strikes) }, store);
  await mirror.start();
  return mirror;
}
