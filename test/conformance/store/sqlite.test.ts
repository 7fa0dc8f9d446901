import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { storeConformance } from "./suite.ts";

storeConformance("SQLite", (dir) =>
  openSqliteStore({ file: join(dir, "assay.db"), log: silentLog, metrics: noMetrics, clock: systemClock }),
);
