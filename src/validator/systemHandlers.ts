import { stat } from "node:fs/promises";
import type { Handlers } from "../http/handlers.ts";
import type { SystemState } from "../http/routes/systemSchemas.ts";
import type { Parts } from "./parts.ts";
import { pathsOf } from "./paths.ts";

type SystemParts = Pick<
  Parts,
  | "config"
  | "version"
  | "dataDir"
  | "membership"
  | "disk"
  | "admission"
  | "verifier"
  | "push"
  | "pool"
  | "clock"
>;

/** The database and what belongs to it; a file that is not there has no size. */
async function storeBytes({ config, dataDir }: SystemParts): Promise<number | null> {
  if (config.store.kind !== "sqlite") return null;
  const { store } = pathsOf(config, dataDir);
  const sizes = ["", "-wal", "-shm", ".sums", ".mark"].map((ending) =>
    stat(`${store}${ending}`).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function diskOf({ disk }: SystemParts): SystemState["disk"] {
  const room = disk.room();
  if (room === null) return null;
  const days = disk.daysUntilFull();
  const forecast = days === null ? "not_known_yet" : Number.isFinite(days) ? "filling" : "not_filling";
  return {
    ...{ free_bytes: room.free, reserve_bytes: room.reserve, forecast },
    days_until_full: forecast === "filling" ? days : null,
  };
}

function boundsOf({ admission, verifier, push, pool }: SystemParts): SystemState["bounds"] {
  const { submit, read } = admission.stats();
  const gates = { submissions: submit, reads: read };
  const threads = pool.stats?.();
  return [
    ...Object.entries(gates).map(([name, { slots, held, waiting }]) => ({
      ...{ name, used: held, most: slots, waiting, unit: "slots" },
    })),
    {
      ...{ name: "verification of submissions", used: verifier.pendingUnits(), most: verifier.bound },
      ...{ waiting: null, unit: "units" },
    },
    ...(push === null
      ? []
      : [
          {
            ...{
              name: "verification of proofs",
              used: push.proofVerifier.pendingUnits(),
              most: push.proofVerifier.bound,
            },
            ...{ waiting: push.proofVerifier.open, unit: "units" },
          },
        ]),
    ...(threads === undefined
      ? []
      : [
          {
            name: "worker threads",
            used: threads.busy,
            most: threads.threads,
            waiting: threads.waiting,
            unit: "threads",
          },
        ]),
  ];
}

/** What the operator sees of this process. */
export function systemHandlers(parts: SystemParts) {
  const startedAt = parts.clock.monotonicMs();
  return {
    system: async () => ({
      ...{ version: parts.version, node_version: process.versions.node, roles: [...parts.membership.roles] },
      running_ms: parts.clock.monotonicMs() - startedAt,
      memory_bytes: process.memoryUsage.rss(),
      store: { kind: parts.config.store.kind, bytes: await storeBytes(parts) },
      disk: diskOf(parts),
      bounds: boundsOf(parts),
    }),
  } satisfies Partial<Handlers>;
}
