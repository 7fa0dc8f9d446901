import type { Failure } from "../failure.ts";
import type { OperationName } from "../tables/operations.ts";

/** One call of the port; its id comes back with its reply. */
export type Call = readonly [id: number, name: OperationName, args: readonly unknown[]];

export type Reply = readonly [id: number, failure: Failure | null, value: unknown];

/** Start parameters of the thread. */
export interface ThreadData {
  readonly file: string;
  readonly groupMs: number;
  readonly groupMax: number;
  readonly queueMax: number;
  /** Copies that are kept of stores of earlier versions; 2 when left out. */
  readonly upgradeCopies?: number;
}

export type ToThread = readonly Call[] | "close";

export type FromThread =
  | { readonly kind: "opened"; readonly warnings: readonly string[] }
  | { readonly kind: "refused"; readonly failure: Failure }
  | { readonly kind: "round"; readonly replies: readonly Reply[]; readonly group: GroupFigures | null };

/** `writes` shared one commit; `seconds` from BEGIN to the end of COMMIT. */
export interface GroupFigures {
  readonly writes: number;
  readonly seconds: number;
}
