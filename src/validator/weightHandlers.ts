import { AssayError } from "../core/problems/assayError.ts";
import type { ChainWeights, ChainWeightsStatus } from "../flow/chain.ts";
import { periodOf, type SignedVector } from "../flow/weights.ts";
import type { ChainWeightsView, Handlers } from "../http/handlers.ts";
import type { PublicStore } from "../store/queuedReads.ts";
import type { Parts } from "./parts.ts";
import { planSummary, planView } from "./planViews.ts";

/** Public facts about weights and how they came to the chain. */
export function weightHandlers({ chain }: Pick<Parts, "chain">, store: PublicStore) {
  const vectorText = async (period: number | null): Promise<string> => {
    const text = await store.vectorText(period);
    if (text === null) throw new AssayError({ code: "weights_not_found", epoch: period });
    return text;
  };
  return {
    weights: vectorText,
    weightsWithPlan: async (asked) => {
      const vector = await vectorText(asked);
      const plan = await store.weightPlan(periodOf(JSON.parse(vector) as SignedVector));
      const rest = { plan: plan === null ? null : planView(plan), chain: chain.weights?.held() ?? null };
      // The vector as it was signed, byte for byte.
      return `{"vector":${vector},${JSON.stringify(rest).slice(1)}`;
    },
    weightPlans: async ({ before, limit }) => {
      const found = await store.weightPlans(before, limit + 1);
      const items = found.slice(0, limit).map(planSummary);
      return { items, next_before: found.length > limit ? (items.at(-1)?.period ?? null) : null };
    },
  } satisfies Partial<Handlers>;
}

/** What only the operator may see and say of the weights on their way. */
export function chainHandlers({ chain, store }: Pick<Parts, "chain" | "store">) {
  const view = async (of: ChainWeights): Promise<ChainWeightsView> => {
    const { block, waits, retry_at, next_epoch_block, last_confirmed, stopped, alarms }: ChainWeightsStatus =
      of.status();
    const plans = (await store.openWeightPlans()).map(planSummary);
    return { block, plans, waits, retry_at, next_epoch_block, last_confirmed, stopped, alarms };
  };
  const weights = (): ChainWeights => {
    if (chain.weights === undefined) throw new AssayError({ code: "chain_local", asked: "weights on chain" });
    return chain.weights;
  };
  return {
    chainWeights: async () => view(weights()),
    resumeChain: async (reason) => {
      await weights().resume(reason);
      return view(weights());
    },
  } satisfies Partial<Handlers>;
}
