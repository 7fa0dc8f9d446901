import type { Metrics } from "../../core/metrics.ts";
import type { Chain } from "../../flow/chain.ts";
import type { LinkListener } from "../../flow/link.ts";
import type { Store } from "../../flow/store.ts";
import type { PushStages } from "../assemblePush.ts";
import type { StartModules } from "../startOptions.ts";
import type { Timers } from "../timers.ts";
import { coalesced } from "./coalesced.ts";
import type { ProcessNode } from "./node.ts";
import { SharedJobs } from "./sharedJobs.ts";
import { SharedStreams } from "./sharedStreams.ts";

/** How often a process looks for what has changed, ms. */
export const every = {
  /** A nudge makes it sooner. */
  jobs: 1000,
  streams: 1000,
  /** Jobs that processes had out when they went. */
  leftovers: 5000,
} as const;

/** How the push lane of one process gets on with those of others. */
export interface SharedPush {
  /** Hears the streams, before the dispatcher does. */
  readonly listener: LinkListener;
  /** Whether what others have taken under an earlier lease of this process is known. */
  isCurrent(): boolean;
  schedule(timers: Pick<Timers, "every" | "atStop">): void;
}

export interface SharedPushModules extends StartModules {
  readonly metrics: Metrics;
  readonly store: Store;
  readonly node: Pick<ProcessNode, "token" | "takesWork">;
  /** Whether the clock is believed; always, when left out. */
  readonly isTrusted?: () => boolean;
}

export function sharePush(
  { dispatcher, endLeftovers }: Pick<PushStages, "dispatcher" | "endLeftovers">,
  modules: SharedPushModules,
  options: { readonly againMs: number },
): SharedPush {
  const { store, log, isTrusted = () => true } = modules;
  const jobs = new SharedJobs(options, { ...modules, isTrusted, dispatcher });
  const streams = new SharedStreams({ ...modules, dispatcher });
  const failed = (error: unknown): void => log.warn("share_failed", { cause: String(error) });
  return {
    listener: streams,
    isCurrent: () => streams.isCurrent(),
    schedule: (timers) => {
      for (const [topic, shared] of [
        ["jobs", jobs],
        ["streams", streams],
      ] as const) {
        const look = coalesced(() => shared.look(), failed);
        timers.atStop(store.listen(topic, look));
        timers.every(`shared_${topic}`, every[topic], look);
      }
      timers.every("leftovers", every.leftovers, async () => {
        if (isTrusted()) await endLeftovers();
      });
    },
  };
}

/**
 * The block at which a process draws. None while its lease is over: others end its samples then. None either under another lease until
 * it knows which of its streams others have taken meanwhile: a job sent on such a stream would reach nobody.
 */
export function drawingBlock(
  {
    node,
    chain,
  }: { readonly node: Pick<ProcessNode, "isAlive"> | null; readonly chain: Pick<Chain, "block"> },
  shared: () => SharedPush | null,
): () => number | null {
  return () => (node === null || (node.isAlive() && shared()?.isCurrent() !== false) ? chain.block() : null);
}

/** Whether another process has a stream of the hotkey. */
export async function isServedElsewhere(
  { store, node }: Pick<SharedPushModules, "store" | "node">,
  hotkey: string,
): Promise<boolean> {
  return (await store.lostStreams(node.token, [{ hotkey, number: 0 }])).length > 0;
}
