import { timingSafeEqual } from "node:crypto";
import { receiptOf } from "../admit/receipts.ts";
import { sha256, sha256Hex } from "../core/hash.ts";
import { isReceiptId } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Caller } from "../flow/caller.ts";
import type { Handlers } from "../http/handlers.ts";
import { auditLines } from "../store/auditLines.ts";
import { jobHandlers } from "./jobHandlers.ts";
import { minerHandlers } from "./minerHandlers.ts";
import type { Parts } from "./parts.ts";
import { readinessOf } from "./readiness.ts";
import { statusOf } from "./status.ts";

/** The routes' handlers over the parts of a validator. */
export function makeHandlers(parts: Parts): Handlers {
  return {
    ...publicHandlers(parts),
    ...workHandlers(parts),
    ...minerHandlers(parts),
    ...operatorHandlers(parts),
    ...jobHandlers(parts),
  };
}

function publicHandlers(parts: Parts) {
  const { store, sampler, signer } = parts;
  const vectorOrRefuse = async (period: number | null) => {
    const vector = period === null ? await store.latestVector() : await store.vector(period);
    if (vector === null) throw new AssayError({ code: "weights_not_found", epoch: period });
    return vector;
  };
  return {
    healthz: () => ({ status: "ok" as const }),
    readyz: () => readinessOf(parts),
    status: () => statusOf(parts),
    keys: () => ({ keys: [signer.jwk] }),
    latestWeights: () => vectorOrRefuse(null),
    weights: (period: number) => vectorOrRefuse(period),
    sampling: sampler.published.bind(sampler),
    auditLog: (epoch: number) => auditLines(store, epoch),
  } satisfies Partial<Handlers>;
}

function workHandlers(parts: Parts) {
  const { admission, challenges, store, verifier, lanes, signer, pool, clock, log } = parts;
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
      const submission = isReceiptId(id) ? await store.submission(id) : null;
      if (submission === null || submission.hotkey !== hotkey)
        throw new AssayError({ code: "receipt_not_found" });
      const busy = submission.state === "pending" && verifier.isVerifying(id);
      return receiptOf(submission, busy ? "verifying" : submission.state, lanes.get(submission.lane), signer);
    },
  } satisfies Partial<Handlers>;
}

function operatorHandlers(parts: Parts) {
  const { judge, adminToken, push, trusted } = parts;
  const expected = sha256(adminToken);
  return {
    skiplist: async () => ({ items: judge.skiplist() }),
    suspend: async (request) => {
      const item = await judge.suspend(request, "operator");
      push?.dispatcher.suspendHotkey(request.hotkey);
      return item;
    },
    clock: async () => trusted.state(),
    acceptClock: (reason) => trusted.accept(reason),
    release: async (hotkey, reason = "released by the operator") => ({
      hotkey,
      released: await judge.release(hotkey, reason),
    }),
    // Hashes have one length, so the comparison does not reveal that of the token.
    isOperator: (token) => timingSafeEqual(sha256(token), expected),
  } satisfies Partial<Handlers>;
}
