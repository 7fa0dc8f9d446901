import { signal } from "@preact/signals";
import type { AuditOrder, AuditProgress, FromWorker, ToWorker } from "../audit/messages.ts";
import { workerUrl } from "../read/workerUrl.ts";

/** The audit of this tab: one at a time, kept while other pages are looked at. */
export type AuditState =
  | {
      readonly kind: "running";
      readonly epoch: number;
      readonly progress: AuditProgress | null;
      readonly isCancelling: boolean;
    }
  | (Extract<FromWorker, { kind: "report" }> & { readonly epoch: number })
  | (Extract<FromWorker, { kind: "failed" }> & { readonly epoch: number });

export const audit = signal<AuditState | null>(null);

let worker: Worker | null = null;

/** A worker that is cancelled reports what it found; one that does not within this time is ended. */
const cancelMs = 3000;

function end(state: AuditState): void {
  worker?.terminate();
  worker = null;
  audit.value = state;
}

const isRunning = (): boolean => audit.peek()?.kind === "running";

function hear(epoch: number, message: FromWorker): void {
  const state = audit.peek();
  if (message.kind !== "progress") end({ ...message, epoch });
  else if (state?.kind === "running") audit.value = { ...state, progress: message.progress };
}

/** Begins an audit; an earlier one is dropped. */
export function beginAudit(order: AuditOrder): void {
  const { epoch } = order;
  end({ kind: "running", epoch, progress: null, isCancelling: false });
  const begun = new Worker(workerUrl("audit"), { type: "module" });
  worker = begun;
  begun.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => hear(epoch, data));
  begun.addEventListener("error", ({ message }) => {
    if (worker === begun)
      end({ kind: "failed", code: "failed", message: `The worker of the page failed. ${message}`, epoch });
  });
  const start: ToWorker = { kind: "start", order };
  begun.postMessage(start);
}

/** Ends the audit early: what was found so far is reported, as partial. */
export function cancelAudit(): void {
  const state = audit.peek();
  const cancelled = worker;
  if (state?.kind !== "running" || cancelled === null) return;
  audit.value = { ...state, isCancelling: true };
  const cancel: ToWorker = { kind: "cancel" };
  cancelled.postMessage(cancel);
  setTimeout(() => {
    if (worker !== cancelled || !isRunning()) return;
    end({ kind: "failed", code: "cancelled", message: "The audit was cancelled.", epoch: state.epoch });
  }, cancelMs);
}
