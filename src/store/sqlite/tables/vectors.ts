import type { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import type { Fence } from "../../../flow/leases.ts";
import { periodOf, type SignedVector, type UnsignedVector } from "../../../flow/weights.ts";
import { json, jsonText, type Row, text } from "../../records/rows.ts";
import type { FenceCheck } from "./leases.ts";
import { read, write } from "./operation.ts";

const vectorMembers = ["version", "epoch", "weights"] as const;

const unsignedOf = (row: Row): UnsignedVector => json<UnsignedVector>(row, "intent", vectorMembers);
const signedOf = (row: Row): SignedVector => ({ ...unsignedOf(row), signature: text(row, "signature") });

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
    vector: read((period: number): SignedVector | null => {
      const row = one.get(period);
      return row === undefined || row.signature === null ? null : signedOf(row);
    }),
    vectorText: read((period: number | null): string | null => {
      const row = period === null ? latest.get() : one.get(period);
      if (row === undefined || row.signature === null) return null;
      return `${jsonText(row, "intent").slice(0, -1)},"signature":${JSON.stringify(text(row, "signature"))}}`;
    }),
    latestVector: read((): SignedVector | null => {
      const row = latest.get();
      return row === undefined ? null : signedOf(row);
    }),
  };
}
