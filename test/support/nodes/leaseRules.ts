import type { Fence } from "../../../src/flow/leases.ts";
import type { NodeState } from "../../../src/flow/nodes.ts";
import type { Decision, NewSubmission, Submission } from "../../../src/flow/submission.ts";
import type { OperationName } from "../../../src/store/sqlite/tables/operations.ts";
import type { Invariant } from "./facts.ts";

/** Where the fence stands among the arguments of a write of the leader. */
export const leaderCalls: Partial<Record<OperationName, number>> = {
  addLogHead: 1,
  closeEpoch: 4,
  recordIntent: 1,
  saveVector: 1,
  saveWeightPlan: 1,
  retire: 1,
};

export const leaderWritesAreFenced: Invariant = ({ history }) => {
  let newest = 0;
  return history.effects.flatMap(({ name, args, result, refused, process }) => {
    if (refused !== null) return [];
    if (name === "takeLease") newest = Math.max(newest, (result as Fence | null)?.token ?? 0);
    const position = leaderCalls[name];
    if (position === undefined) return [];
    const fence = args[position] as Fence | undefined;
    if (fence === undefined) return [`${name} of ${process} took effect without a fence`];
    return fence.token === newest
      ? []
      : [`${name} of ${process} took effect under token ${fence.token} of ${newest}`];
  });
};

export const leaseTokensGrow: Invariant = ({ history }) => {
  const holders = new Map<number, number>();
  let newest = 0;
  return history.of("takeLease").flatMap(({ args, result }) => {
    const { token } = (result as Fence | null) ?? { token: newest };
    const isOther = result !== null && (holders.get(token) ?? args[1]) !== args[1];
    if (result !== null) holders.set(token, args[1] as number);
    const fault = token < newest || isOther ? [`token ${token} after ${newest} for node ${args[1]}`] : [];
    newest = Math.max(newest, token);
    return fault;
  });
};

/** A verdict comes from the node that owns the row, while its lease holds. */
export const verdictsAreOwned: Invariant = ({ history }) => {
  const until = new Map<number, number>();
  const owner = new Map<string, number>();
  return history.effects.flatMap(({ at, name, args, result, refused }) => {
    if (refused !== null) return [];
    if (name === "joinNode") until.set(result as number, at + (args[1] as number));
    if (name === "renewNode" && (result as NodeState).alive)
      until.set(args[0] as number, at + (args[1] as number));
    if (name === "leaveNode") until.set(args[0] as number, at);
    if (name === "admit")
      owner.set((args[0] as NewSubmission).receiptId, (args[0] as NewSubmission).node ?? 0);
    if (name === "claim")
      for (const { receiptId } of result as Submission[]) owner.set(receiptId, args[0] as number);
    if (name !== "decide" || result === null) return [];
    const { receiptId, node = 0 } = args[0] as Decision;
    if ((until.get(node) ?? 0) <= at)
      return [`receipt ${receiptId} decided by node ${node}, whose lease is over`];
    return owner.get(receiptId) === node
      ? []
      : [`receipt ${receiptId} of node ${owner.get(receiptId)} decided by node ${node}`];
  });
};
