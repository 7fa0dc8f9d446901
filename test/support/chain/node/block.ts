import type { Runtime } from "../runtime/runtime.ts";

export interface Block {
  readonly hash: string;
  readonly number: number;
  readonly parent: string;
  /** Encoded, hex. */
  readonly header: string;
  /** Extrinsics, hex. */
  readonly body: readonly string[];
  readonly runtime: Runtime;
  /** Whether this block changed the runtime. */
  readonly isUpgrade: boolean;
  /** The order in which the node came to know its blocks. */
  readonly sequence: number;
}
