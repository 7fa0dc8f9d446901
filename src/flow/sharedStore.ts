import type { Claims } from "./claims.ts";
import type { Leases } from "./leases.ts";
import type { Nodes } from "./nodes.ts";
import type { Nudges } from "./nudges.ts";
import type { SessionRecords } from "./sessionRecords.ts";
import type { Spends } from "./spend.ts";
import type { StandingFeed } from "./standingChanges.ts";
import type { StreamRecords } from "./streamRecords.ts";

/** What several processes need of a store that they share. */
export interface SharedStore
  extends Nodes,
    Leases,
    Claims,
    SessionRecords,
    StreamRecords,
    Spends,
    StandingFeed,
    Nudges {}
