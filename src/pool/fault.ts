import type { ErrorCode } from "../flow/verdict.ts";

/** A task without a result; never the fault of the miner whose answer it was about. */
export class PoolFault extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = "PoolFault";
    this.code = code;
  }
}
