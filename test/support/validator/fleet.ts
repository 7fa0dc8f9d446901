import type { TestContext } from "node:test";
import type { TestDatabases } from "../store/postgresDatabases.ts";
import { dataDirWith, removeDir, startValidator, type Validator } from "./validator.ts";

/** Processes of one validator, which share a database and the keys of one data directory. */
export interface Fleet {
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** Starts a process of these roles; it is killed with the test. */
  start(role: string, name?: string, more?: readonly string[]): Promise<Validator>;
}

/** A validator on a database of its own, gone with the test. */
export async function fleetFor(t: TestContext, databases: TestDatabases, config: object): Promise<Fleet> {
  const databaseUrl = await databases.makeEmpty();
  const dataDir = dataDirWith({ ...config, store: { kind: "postgres", url: databaseUrl } });
  const starts: Promise<Validator>[] = [];
  t.after(async () => {
    // A test that fails as one process starts also ends those that start beside it.
    for (const start of await Promise.allSettled(starts))
      if (start.status === "fulfilled") await start.value.kill();
    removeDir(dataDir);
  });
  return {
    ...{ dataDir, databaseUrl },
    start: (role, name = role, more = []) => {
      const args = ["--role", role, "--name", name, "--log-level", "warn", ...more];
      const start = startValidator(dataDir, args, null, { ASSAY_OBSERVE_METRICS: "off" });
      starts.push(start);
      return start;
    },
  };
}
