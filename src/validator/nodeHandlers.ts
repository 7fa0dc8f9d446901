import { AssayError } from "../core/problems/assayError.ts";
import type { NodeRecord } from "../flow/nodes.ts";
import type { Handlers } from "../http/handlers.ts";
import type { NodeList } from "../http/routes/nodeSchemas.ts";
import type { Parts } from "./parts.ts";

function viewOf(record: NodeRecord, here: number | undefined): NodeList["items"][number] {
  const { token, name, roles, version, alive, cordoned, draining, joinedAt, until } = record;
  return {
    ...{ node: token, name, roles: [...roles], version, alive, here: token === here },
    ...{ cordoned, draining, joined_at: joinedAt, until },
  };
}

/** What the operator sees of the processes that share the store, and what it orders them. */
export function nodeHandlers({ store, membership }: Pick<Parts, "store" | "membership">) {
  return {
    nodes: async () => ({
      items: (await store.nodes()).map((record) => viewOf(record, membership.node?.token)),
    }),
    orderNode: async ({ node, order }) => {
      const heard = await store.orderNode(/^\d{1,15}$/.test(node) ? Number(node) : node, order);
      if (heard === 0) throw new AssayError({ code: "node_not_found", node });
      return { heard };
    },
  } satisfies Partial<Handlers>;
}
