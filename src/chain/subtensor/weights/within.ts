import { AssayError } from "../../../core/problems/assayError.ts";

/** What ends a call to the node. */
export interface CallBound {
  readonly ms: number;
  /** The driver closes. */
  readonly signal: AbortSignal;
}

/** Bounds every call to a node, also one whose own deadline fails. Rejects with `chain_unavailable`. */
export async function within<T>({ ms, signal }: CallBound, work: Promise<T>): Promise<T> {
  let end = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(new AssayError({ code: "chain_unavailable", retry_after_s: 12 }));
  });
  const timer = setTimeout(end, ms);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
