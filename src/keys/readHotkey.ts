import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Hotkey } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Problem } from "../core/problems/problem.ts";
import { sibling } from "../core/sibling.ts";

export interface HotkeyOrder {
  /** A hotkey file, which is made when it is missing, or a development URI. */
  readonly source: string;
  readonly chainKind: string;
}

export type HotkeyAnswer = { readonly hotkeys: readonly Hotkey[] } | { readonly problem: Problem };

/**
 * The hotkeys of the orders, one for each. Nobody signs with them here, so their secrets are read in a thread that then ends, which
 * releases the 60 MB that the library of the keys takes.
 */
export async function readHotkeys(orders: readonly HotkeyOrder[]): Promise<readonly Hotkey[]> {
  const worker = new Worker(sibling(import.meta.url, "readHotkeyThread"), {
    workerData: orders,
    name: "assay-hotkey",
  });
  try {
    const [answer] = (await once(worker, "message")) as [HotkeyAnswer];
    if ("problem" in answer) throw new AssayError(answer.problem);
    return answer.hotkeys;
  } finally {
    await worker.terminate();
  }
}

/** The hotkey of a validator. */
export async function readHotkey(order: HotkeyOrder): Promise<Hotkey> {
  const [hotkey] = await readHotkeys([order]);
  if (hotkey === undefined) throw new Error("the thread of the keys read none");
  return hotkey;
}
