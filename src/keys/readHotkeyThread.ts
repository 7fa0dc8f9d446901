import { parentPort, workerData } from "node:worker_threads";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { loadOrMakeHotkey } from "./loadKeypair.ts";
import type { HotkeyAnswer, HotkeyOrder } from "./readHotkey.ts";

async function answer({ source, chainKind }: HotkeyOrder): Promise<HotkeyAnswer> {
  try {
    return { hotkey: (await loadOrMakeHotkey(source, chainKind)).hotkey };
  } catch (error) {
    return {
      problem: error instanceof AssayError ? error.problem : { code: "failed", message: causeText(error) },
    };
  }
}

// The thread stays until it is terminated: a message posted just before a thread exits can get lost.
parentPort?.on("message", () => {});
parentPort?.postMessage(await answer(workerData as HotkeyOrder));
