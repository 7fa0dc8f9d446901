import type { ErrorCode } from "../flow/verdict.ts";

/** A task that did not come to a result, and never the fault of whose answer it was about. */
export class PoolFault extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = "PoolFault";
    this.code = code;
  }
}
