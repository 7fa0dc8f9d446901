import { z } from "zod";

/** Where records are kept. */
export const storeSchema = z
  .strictObject({
    kind: z
      .enum(["sqlite", "postgres"])
      .default("sqlite")
      .describe("sqlite: a file in the data directory; postgres: the database of store.url"),
    url: z
      .string()
      .nullable()
      .default(null)
      .describe("postgres://USER:PASSWORD@HOST:PORT/DATABASE of the primary, with ?sslmode= and the like"),
    replica_url: z
      .string()
      .nullable()
      .default(null)
      .describe("The same of a replica, which answers reads that can be stale"),
    replica_max_lag_s: z
      .int()
      .min(1)
      .max(3600)
      .default(10)
      .describe("How far behind in seconds a replica may be and still be read"),
    upgrade: z
      .enum(["auto", "manual"])
      .default("auto")
      .describe(
        "PostgreSQL: whether a start brings up tables of an earlier version, or refuses them until `assay store migrate` did",
      ),
    upgrade_copies: z
      .int()
      .min(0)
      .max(16)
      .default(2)
      .describe(
        "SQLite: copies of the store that are kept, each made before one of an earlier version is brought up",
      ),
    fsync: z
      .enum(["full"])
      .default("full")
      .describe("Always full: a receipt promises that a power cut loses nothing"),
  })
  .prefault({});
