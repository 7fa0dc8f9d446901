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

export type HotkeyAnswer = { readonly hotkey: Hotkey } | { readonly problem: Problem };

/**
 * The hotkey of a validator. The validator never signs with it here, so its secret is read in a thread that then ends, which
 * releases the 60 MB that the library of the keys takes.
 */
export async function readHotkey(order: HotkeyOrder): Promise<Hotkey> {
  const worker = new Worker(sibling(import.meta.url, "readHotkeyThread"), {
    workerData: order,
    name: "assay-hotkey",
  });
  try {
    const [answer] = (await once(worker, "message")) as [HotkeyAnswer];
    if ("problem" in answer) throw new AssayError(answer.problem);
    return answer.hotkey;
  } finally {
    await worker.terminate();
  }
}
