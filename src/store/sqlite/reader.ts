import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../core/clock.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Store } from "../../flow/store.ts";
import { asProblem } from "./file.ts";
import { knownVersion, schemaVersion } from "./migrations/migrate.ts";
import { makeOperations } from "./tables/operations.ts";

/** What can be read of a store that another process has open. */
export interface StoreReader
  extends Pick<Store, "openEpochs" | "isEpochUsed" | "note" | "openWeightPlans" | "weightPlans"> {
  close(): Promise<void>;
}

/**
 * Reads a store beside the process that has it open, and writes nothing. Throws `store_too_new`, or `store_in_use` for a store of an
 * earlier version, which that process is about to bring up.
 */
export function readBeside(file: string): StoreReader {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const version = schemaVersion(db);
    if (version > knownVersion)
      throw new AssayError({ code: "store_too_new", file, version, known: knownVersion });
    if (version < knownVersion) throw new AssayError({ code: "store_in_use", file });
    const { openEpochs, isEpochUsed, note, openWeightPlans, weightPlans } = makeOperations(
      db,
      db,
      systemClock,
    );
    return {
      openEpochs: async () => openEpochs.run(),
      isEpochUsed: async (epoch) => isEpochUsed.run(epoch),
      note: async (key) => note.run(key),
      openWeightPlans: async () => openWeightPlans.run(),
      weightPlans: async (before, limit) => weightPlans.run(before, limit),
      close: async () => db.close(),
    };
  } catch (error) {
    db.close();
    throw asProblem(error, file);
  }
}
