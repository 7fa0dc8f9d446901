import type { Handlers } from "../../http/handlers.ts";
import type { DrainState } from "../../http/routes/drainSchemas.ts";
import type { Parts } from "../parts.ts";

type DrainParts = Pick<Parts, "intake" | "verifier" | "push">;

function stateOf({ intake, verifier, push }: DrainParts): DrainState {
  const order = intake.drain.order();
  return {
    draining: order !== null,
    reason: order?.reason ?? null,
    since: order?.since ?? null,
    open: {
      submissions: verifier.pendingUnits(),
      jobs: push?.dispatcher.stats().inFlight ?? 0,
      proofs: push?.proofVerifier.open ?? 0,
    },
  };
}

/** What the operator orders a process that is to be stopped, and sees of it meanwhile. */
export function drainHandlers(parts: DrainParts) {
  return {
    drain: async () => stateOf(parts),
    beginDrain: async (reason) => {
      parts.intake.drain.begin(reason);
      parts.intake.expose();
      return stateOf(parts);
    },
    undoDrain: async () => {
      parts.intake.drain.undo();
      parts.intake.expose();
      return stateOf(parts);
    },
  } satisfies Partial<Handlers>;
}
