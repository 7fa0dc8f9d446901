import { parentPort, workerData } from "node:worker_threads";
import type { Hotkey } from "../core/ids.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { loadOrMakeHotkey } from "./loadKeypair.ts";
import type { HotkeyAnswer, HotkeyOrder } from "./readHotkey.ts";

async function answer(orders: readonly HotkeyOrder[]): Promise<HotkeyAnswer> {
  try {
    const hotkeys: Hotkey[] = [];
    for (const { source, chainKind } of orders)
      hotkeys.push((await loadOrMakeHotkey(source, chainKind)).hotkey);
    return { hotkeys };
  } catch (error) {
    return {
      problem: error instanceof AssayError ? error.problem : { code: "failed", message: causeText(error) },
    };
  }
}

// The thread stays until it is terminated: a message posted just before a thread exits can get lost.
parentPort?.on("message", () => {});
parentPort?.postMessage(await answer(workerData as HotkeyOrder[]));
