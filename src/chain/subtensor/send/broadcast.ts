import { causeText } from "../../../core/problems/assayError.ts";
import type { NodeApi } from "../connect/nodeApi.ts";
import type { BroadcastEnd } from "../node.ts";
import { dispatchErrorName, refusalOf } from "./errorName.ts";

/** The event of an extrinsic in a finalised block, as the library reports it. */
interface Finalized {
  readonly type: "finalized";
  readonly block: { readonly number: number; readonly hash: string };
  readonly ok: boolean;
  readonly dispatchError?: unknown;
}

const isFinalized = (event: unknown): event is Finalized =>
  (event as { readonly type?: unknown } | null)?.type === "finalized";

function endOf({ block: { number, hash }, ok, dispatchError }: Finalized): BroadcastEnd {
  return { kind: "finalized", block: { number, hash }, error: ok ? null : dispatchErrorName(dispatchError) };
}

function failed(cause: unknown): BroadcastEnd {
  if (cause instanceof Error && cause.name === "InvalidTxError" && "error" in cause)
    return { kind: "refused", ...refusalOf(cause.error) };
  return { kind: "unknown", why: causeText(cause) };
}

/** Broadcasts an extrinsic and watches it to its end, the signal's, or the deadline. */
export function watchBroadcast(
  api: NodeApi,
  extrinsic: Uint8Array,
  signal: AbortSignal,
  deadlineMs: number,
): Promise<BroadcastEnd> {
  return new Promise((resolve) => {
    let stop = (): void => {};
    const end = (how: BroadcastEnd): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stopped);
      resolve(how);
      // The library may report before it returns how to stop.
      queueMicrotask(() => stop());
    };
    const stopped = (): void => end({ kind: "unknown", why: "the watch was stopped" });
    const timer = setTimeout(
      () => end({ kind: "unknown", why: `not finalised within ${deadlineMs} ms` }),
      deadlineMs,
    );
    signal.addEventListener("abort", stopped);
    if (signal.aborted) return stopped();
    stop = api.submit(extrinsic, {
      next: (event) => isFinalized(event) && end(endOf(event)),
      error: (cause) => end(failed(cause)),
    });
  });
}
