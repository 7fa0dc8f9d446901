import { finding, type Rule } from "./rule.ts";

export const weightsLate: Rule = {
  severity: "critical",
  look: ({ weights }) => {
    if (weights === null) return "unknown";
    const { unsigned, late } = weights;
    const isOverdue = unsigned !== null && unsigned.blocks > unsigned.mostBlocks;
    if (isOverdue) {
      const { period, blocks, mostBlocks } = unsigned;
      const text = `period ${period} is over for ${blocks} blocks and has no signed weights; the log says why (timer_failed weigher)`;
      return finding([text, ...late].join("; "), blocks, mostBlocks);
    }
    return late.length === 0 ? null : finding(late.join("; "));
  },
};

export const weightsMissed: Rule = {
  severity: "critical",
  look: ({ weights }) => {
    if (weights === null) return "unknown";
    return weights.missed.length === 0 ? null : finding(weights.missed.join("; "));
  },
};

export const weightsStopped: Rule = {
  severity: "critical",
  look: ({ weights }) => {
    if (weights === null) return "unknown";
    return weights.stopped === null ? null : finding(weights.stopped);
  },
};
