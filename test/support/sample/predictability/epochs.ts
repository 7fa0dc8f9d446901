import type { EpochRecord } from "../../../../src/flow/draw.ts";
import type { SamplerModules } from "../../../../src/sample/sampler.ts";

/** A store of epochs in memory in which none ever closes: draws, and samplers that start again, need no more. */
export function epochsInMemory(): SamplerModules["store"] {
  const records = new Map<number, EpochRecord>();
  return {
    commitEpoch: async (record) => {
      const kept = records.get(record.epoch) ?? {
        ...record,
        ...{ closed_at: null, revealed_key: null, log_head: "0".repeat(64), log_length: 0 },
      };
      records.set(record.epoch, kept);
      return kept;
    },
    closeEpoch: async (epoch) => records.get(epoch) ?? null,
    epoch: async (epoch) => records.get(epoch) ?? null,
    openEpochs: async () => [...records.values()],
    addLogHead: async () => true,
    logHeads: async () => [],
  };
}
