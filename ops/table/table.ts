import type { Board } from "./board.ts";
import { admission } from "./boards/admission.ts";
import { chain } from "./boards/chain.ts";
import { dispatch } from "./boards/dispatch.ts";
import { economics } from "./boards/economics.ts";
import { overview } from "./boards/overview.ts";
import { store } from "./boards/store.ts";
import { verification } from "./boards/verification.ts";
import type { Limits } from "./limits.ts";

/** All boards and rules. A new concern is one file beside these, and one line here. */
export function tableOf(limits: Limits): readonly Board[] {
  return [overview, admission, dispatch, verification, store, chain, economics].map((board) => board(limits));
}
