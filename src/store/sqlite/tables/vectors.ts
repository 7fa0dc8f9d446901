import type { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import type { Fence } from "../../../flow/leases.ts";
import { periodOf, type SignedVector, type UnsignedVector } from "../../../flow/weights.ts";
import { signedOf, unsignedOf, vectorTextOf } from "../../records/vector.ts";
import type { FenceCheck } from "./leases.ts";
import { read, write } from "./operation.ts";

export function vectorOperations(db: DatabaseSync, require: FenceCheck) {
  const one = db.prepare("SELECT * FROM vectors WHERE period = ?");
  const intend = db.prepare(
    "INSERT INTO vectors (period, intent, signature) VALUES (?, ?, NULL) ON CONFLICT DO NOTHING",
  );
  const sign = db.prepare("UPDATE vectors SET signature = ? WHERE period = ? AND signature IS NULL");
  const latest = db.prepare("SELECT * FROM vectors WHERE signature IS NOT NULL ORDER BY period DESC LIMIT 1");
  const intent = (vector: UnsignedVector): UnsignedVector => {
    const period = periodOf(vector);
    intend.run(period, canonical(vector));
    return unsignedOf(one.get(period) ?? {});
  };

  return {
    recordIntent: write((vector: UnsignedVector, fence?: Fence): UnsignedVector => {
      require(fence);
      return intent(vector);
    }),
    /** A vector without an intent is recorded as its own intent; one that differs from its intent is refused. */
    saveVector: write(({ signature, ...unsigned }: SignedVector, fence?: Fence): void => {
      require(fence);
      if (canonical(intent(unsigned)) !== canonical(unsigned)) {
        throw new RangeError(`vector of period ${periodOf(unsigned)} differs from the intent on record`);
      }
      sign.run(signature, periodOf(unsigned));
    }),
    vector: read((period: number): SignedVector | null => signedOf(one.get(period))),
    vectorText: read((period: number | null): string | null =>
      vectorTextOf(period === null ? latest.get() : one.get(period)),
    ),
    latestVector: read((): SignedVector | null => signedOf(latest.get())),
  };
}
