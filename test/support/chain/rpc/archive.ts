import { type Distort, runtimeCall } from "../node/runtimeCalls.ts";
import { hexParameter } from "./message.ts";
import { itemsOf, readQueries } from "./storageItems.ts";
import type { View } from "./view.ts";

type Notify = (subscription: string, event: unknown) => void;
type Methods = Readonly<Record<string, (params: readonly unknown[]) => unknown>>;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `archive_v1` methods of one connection. */
export function archiveMethods(view: View, distort: Distort, notify: Notify): Methods {
  let next = 0;
  const place = (hash: unknown) => {
    const block = view.block(String(hash));
    const state = block === null ? null : view.state(block);
    return block === null || state === null ? null : { chain: view.chain, block, state };
  };
  const tellStorage = (id: string, hash: unknown, queries: unknown): void => {
    const at = place(hash);
    const items = at === null ? [] : readQueries(queries).flatMap((query) => itemsOf(at.state, query));
    for (const item of items) notify(id, { event: "storage", ...item });
    notify(
      id,
      at === null ? { event: "storageError", error: "State already discarded" } : { event: "storageDone" },
    );
  };
  return {
    archive_v1_finalizedHeight: () => view.finalized.number,
    archive_v1_genesisHash: () => view.genesis,
    archive_v1_hashByHeight: ([height]) => [view.hashAt(Number(height))].filter((hash) => hash !== null),
    archive_v1_header: ([hash]) => view.block(String(hash))?.header ?? null,
    archive_v1_body: ([hash]) => view.block(String(hash))?.body ?? null,
    archive_v1_call: ([hash, call, input]) => {
      const at = place(hash);
      if (at === null) return null;
      try {
        return { success: true, value: runtimeCall(at, String(call), hexParameter(input), distort) };
      } catch (error) {
        return { success: false, error: messageOf(error) };
      }
    },
    archive_v1_storage: ([hash, queries]) => {
      const id = `archive-${next++}`;
      queueMicrotask(() => tellStorage(id, hash, queries));
      return id;
    },
    archive_v1_stopStorage: () => null,
  };
}
