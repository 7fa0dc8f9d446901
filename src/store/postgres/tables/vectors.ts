import { canonical } from "../../../core/canonical.ts";
import type { Fence } from "../../../flow/leases.ts";
import { periodOf, type SignedVector, type UnsignedVector } from "../../../flow/weights.ts";
import { signedOf, unsignedOf, vectorTextOf } from "../../records/vector.ts";
import { first, type Sql, statement } from "../sql.ts";
import { requireFence } from "./fence.ts";
import { read, staleRead, write } from "./operation.ts";

const one = statement("vector", "SELECT * FROM vectors WHERE period = $1");
const intend = statement(
  "vector_intend",
  "INSERT INTO vectors (period, intent, signature) VALUES ($1, $2, NULL) ON CONFLICT DO NOTHING",
);
const sign = statement(
  "vector_sign",
  "UPDATE vectors SET signature = $1 WHERE period = $2 AND signature IS NULL",
);
const latest = statement(
  "vector_latest",
  "SELECT * FROM vectors WHERE signature IS NOT NULL ORDER BY period DESC LIMIT 1",
);

/** The insert waits for one of another process that is not committed yet; the read after it sees that one. */
async function intent(sql: Sql, vector: UnsignedVector): Promise<UnsignedVector> {
  const period = periodOf(vector);
  const [, row] = await Promise.all([
    sql.run(intend, [period, canonical(vector)]),
    first(sql, one, [period]),
  ]);
  return unsignedOf(row ?? {});
}

const rowOf = (sql: Sql, period: number | null) =>
  period === null ? first(sql, latest) : first(sql, one, [period]);

export const vectorOperations = {
  recordIntent: write(async (sql: Sql, vector: UnsignedVector, fence?: Fence): Promise<UnsignedVector> => {
    await requireFence(sql, fence);
    return intent(sql, vector);
  }),
  /** A vector without an intent is recorded as its own intent; one that differs from its intent is refused. */
  saveVector: write(
    async (sql: Sql, { signature, ...unsigned }: SignedVector, fence?: Fence): Promise<void> => {
      await requireFence(sql, fence);
      if (canonical(await intent(sql, unsigned)) !== canonical(unsigned)) {
        throw new RangeError(`vector of period ${periodOf(unsigned)} differs from the intent on record`);
      }
      await sql.run(sign, [signature, periodOf(unsigned)]);
    },
  ),
  vector: read(
    async (sql: Sql, period: number): Promise<SignedVector | null> => signedOf(await rowOf(sql, period)),
  ),
  vectorText: staleRead(
    async (sql: Sql, period: number | null): Promise<string | null> => vectorTextOf(await rowOf(sql, period)),
    (text) => text !== null,
  ),
  latestVector: read(async (sql: Sql): Promise<SignedVector | null> => signedOf(await rowOf(sql, null))),
};
