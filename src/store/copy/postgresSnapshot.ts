import { noMetrics } from "../../core/metrics.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import { systemRandom } from "../../core/random.ts";
import { addressOf } from "../postgres/address.ts";
import { Connector } from "../postgres/connector.ts";
import { asFailure } from "../postgres/failure.ts";
import { knownVersion, versionOf } from "../postgres/migrations/migrate.ts";
import { opened } from "../postgres/opened.ts";
import { type PostgresAt, PostgresSide, readLimits } from "./postgresSide.ts";

/** The store of a server as it is at one moment: the processes of a validator may go on writing to it. */
export async function openPostgresSnapshot({
  url,
  log,
  clock,
  random = systemRandom,
}: PostgresAt): Promise<PostgresSide> {
  const address = addressOf(url);
  const { shown: file } = address;
  const of = { address, purpose: "any", name: "assay backup", limits: readLimits } as const;
  const connection = await opened(new Connector({ ...of, log, clock, random, metrics: noMetrics }), file);
  try {
    await connection.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const version = await versionOf(connection);
    if (version === knownVersion) return new PostgresSide(file, connection);
    if (version > knownVersion)
      throw new AssayError({ code: "store_too_new", file, version, known: knownVersion });
    const why = version === 0 ? "there is no store" : "it is of an earlier version";
    const remedy =
      version === 0
        ? "Name its database."
        : "Use the backup of that version, or bring it up: `assay store migrate`.";
    throw new AssayError({ code: "store_copy_refused", file, why, remedy });
  } catch (error) {
    await connection.close();
    throw asFailure(error, file);
  }
}
