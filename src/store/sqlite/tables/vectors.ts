import type { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import type { SignedVector, UnsignedVector } from "../../../flow/weights.ts";
import { read, write } from "./operation.ts";
import { json, type Row, text } from "./rows.ts";

const vectorMembers = ["version", "epoch", "weights"] as const;

const unsignedOf = (row: Row): UnsignedVector => json<UnsignedVector>(row, "intent", vectorMembers);
const signedOf = (row: Row): SignedVector => ({ ...unsignedOf(row), signature: text(row, "signature") });

export function vectorOperations(db: DatabaseSync) {
  const one = db.prepare("SELECT * FROM vectors WHERE epoch = ?");
  const intend = db.prepare(
    "INSERT INTO vectors (epoch, intent, signature) VALUES (?, ?, NULL) ON CONFLICT DO NOTHING",
  );
  const sign = db.prepare("UPDATE vectors SET signature = ? WHERE epoch = ? AND signature IS NULL");
  const latest = db.prepare("SELECT * FROM vectors WHERE signature IS NOT NULL ORDER BY epoch DESC LIMIT 1");
  const intent = (vector: UnsignedVector): UnsignedVector => {
    intend.run(vector.epoch, canonical(vector));
    return unsignedOf(one.get(vector.epoch) ?? {});
  };

  return {
    recordIntent: write(intent),
    /** A vector without an intent becomes its own; one that differs from its intent is refused. */
    saveVector: write(({ signature, ...unsigned }: SignedVector): void => {
      if (canonical(intent(unsigned)) !== canonical(unsigned)) {
        throw new RangeError(`vector of epoch ${unsigned.epoch} differs from the intent on record`);
      }
      sign.run(signature, unsigned.epoch);
    }),
    vector: read((epoch: number): SignedVector | null => {
      const row = one.get(epoch);
      return row === undefined || row.signature === null ? null : signedOf(row);
    }),
    latestVector: read((): SignedVector | null => {
      const row = latest.get();
      return row === undefined ? null : signedOf(row);
    }),
  };
}
