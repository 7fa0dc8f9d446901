import { receiptOf } from "../admit/receipts.ts";
import { sha256Hex } from "../core/hash.ts";
import { isReceiptId } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { sharedRun } from "../core/sharedRun.ts";
import type { Caller } from "../flow/caller.ts";
import type { Receipt, Submission } from "../flow/submission.ts";
import type { Handlers } from "../http/handlers.ts";
import { auditLines } from "../store/auditLines.ts";
import { type MinersStore, type PublicStore, queuedReads } from "../store/queuedReads.ts";
import { circuitsDocument } from "./circuitsDocument.ts";
import { closedEpochs } from "./closedEpochs.ts";
import { dispatchHandlers } from "./dispatchHandlers.ts";
import { drainHandlers } from "./intake/drainHandlers.ts";
import { jobHandlers, tokenHandlers } from "./jobHandlers.ts";
import { minerHandlers } from "./minerHandlers.ts";
import { nodeHandlers } from "./nodeHandlers.ts";
import { operatorSessionHandlers } from "./operatorSessionHandlers.ts";
import { overviewHandlers } from "./overviewHandlers.ts";
import type { Parts } from "./parts.ts";
import { readinessOf } from "./readiness.ts";
import { statusOf } from "./status.ts";
import { systemHandlers } from "./systemHandlers.ts";
import { chainHandlers, weightHandlers } from "./weightHandlers.ts";

/** The routes' handlers over the parts of a validator. */
export function makeHandlers(parts: Parts): Handlers {
  const reads = queuedReads(parts.store, parts.metrics);
  return {
    ...publicHandlers(parts, reads),
    ...workHandlers(parts, reads),
    ...minerHandlers(parts, reads),
    ...weightHandlers(parts, reads),
    ...chainHandlers(parts),
    ...operatorHandlers(parts),
    ...operatorSessionHandlers(parts),
    ...dispatchHandlers(parts),
    ...systemHandlers(parts),
    ...jobHandlers(parts),
    ...nodeHandlers(parts),
    ...drainHandlers(parts),
    ...tokenHandlers(parts),
    ...overviewHandlers(parts),
  };
}

function publicHandlers(parts: Parts, store: PublicStore) {
  const { sampler, signer, retiredKeys } = parts;
  const circuits = circuitsDocument(parts.circuits);
  const { addresses } = parts.admission;
  return {
    healthz: () => ({ status: "ok" as const }),
    takeToken: addresses.take.bind(addresses),
    readyz: sharedRun(() => readinessOf(parts)),
    status: () => statusOf(parts),
    keys: () => ({ keys: [signer.jwk, ...retiredKeys] }),
    circuits: () => circuits,
    sampling: (epoch: number) => sampler.published(epoch, store),
    closedEpochs: (page) => closedEpochs(store, page),
    auditLog: (epoch: number, ip: string) =>
      auditLines(store, epoch, (characters) => addresses.paced(ip, characters)),
  } satisfies Partial<Handlers>;
}

function workHandlers(parts: Parts, reads: MinersStore) {
  const { admission, challenges, store, lanes, signer, pool, clock, log } = parts;
  return {
    listChallenges: async (caller, { lane, tier, offset, limit }) => {
      const { hotkey } = await admission.authenticate(caller, { allowSuspended: false });
      const page = challenges.page(lane, hotkey, tier, offset, limit);
      const { epoch, items } = page;
      challenges.listed(hotkey, tier);
      // For people and audits only, so a failing store must not stop miners from getting work.
      if (items.length > 0)
        store
          .recordPage({
            lane,
            hotkey,
            epoch,
            tier,
            from: offset,
            to: offset + items.length,
            at: clock.nowMs(),
          })
          .catch((error: Error) => log.warn("page_not_recorded", { cause: error.message }));
      return page;
    },
    challengeText: async (caller: Caller, id: string, seq?: number) => {
      const { hotkey } = await admission.authenticate(caller, { allowSuspended: false });
      const { lane, tier, seed, spec } = await challenges.recognise(id, hotkey, seq, async () => undefined);
      const text = await pool.run({ kind: "render", lane, ref: { tier, seed, spec } });
      return { text, etag: sha256Hex(text).slice(0, 32) };
    },
    openSession: admission.openSession.bind(admission),
    submit: async (caller, request) => {
      const { kind, submission } = await admission.submit(caller, request);
      const receipt = receiptOf(submission, submission.state, lanes.get(submission.lane), signer);
      return { receipt, replay: kind === "replay" };
    },
    receipt: async (caller, id) => {
      const { hotkey } = await admission.authenticate(caller, { allowSuspended: true });
      const submission = await readSubmission(reads, id);
      if (submission?.hotkey !== hotkey) throw new AssayError({ code: "receipt_not_found" });
      return currentReceipt(parts, submission);
    },
    submission: async (id) => {
      const submission = await readSubmission(reads, id);
      if (submission === null) throw new AssayError({ code: "receipt_not_found" });
      const { epoch, block, decidedAt: decided_at, tries } = submission;
      return { receipt: currentReceipt(parts, submission), epoch, block, decided_at, tries };
    },
  } satisfies Partial<Handlers>;
}

/** Null where there is none, or the text is no receipt's id. */
const readSubmission = async (reads: MinersStore, id: string): Promise<Submission | null> =>
  isReceiptId(id) ? await reads.submission(id) : null;

function currentReceipt({ verifier, lanes, signer }: Parts, submission: Submission): Receipt {
  const { state, lane, receiptId } = submission;
  const busy = state === "pending" && verifier.isVerifying(receiptId);
  return receiptOf(submission, busy ? "verifying" : state, lanes.get(lane), signer);
}

function operatorHandlers(parts: Parts) {
  const { judge, push, trusted } = parts;
  return {
    skiplist: async () => ({ items: judge.skiplist() }),
    suspend: async (request) => {
      const item = await judge.suspend(request, "operator");
      push?.dispatcher.suspendHotkey(request.hotkey);
      return item;
    },
    config: () => ({ items: parts.configItems ?? [] }),
    clock: async () => trusted.state(),
    acceptClock: (reason) => trusted.accept(reason),
    release: async (hotkey, reason = "released by the operator") => ({
      hotkey,
      released: await judge.release(hotkey, reason),
    }),
  } satisfies Partial<Handlers>;
}
