import type { PoolRequest } from "../flow/pool.ts";

/**
 * Bytes that own their whole buffer. A view would be copied to the worker with all that surrounds it: 8 KiB of a
 * pooled Buffer for a 64-byte signature, and other callers' data with it.
 */
function owned(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** The task as it crosses to a worker. */
export function compact(task: PoolRequest): PoolRequest {
  switch (task.kind) {
    case "signature":
    case "claim":
      return {
        kind: task.kind,
        scheme: task.scheme,
        publicKey: owned(task.publicKey),
        message: owned(task.message),
        signature: owned(task.signature),
      };
    case "check":
      return { ...task, answer: { encoding: task.answer.encoding, bytes: owned(task.answer.bytes) } };
    case "index":
      return { ...task, secret: owned(task.secret) };
    case "render":
    case "proofs":
      return task;
  }
}
