import { BoundedMap } from "../../../core/queue/boundedMap.ts";
import type { Statement } from "../sql.ts";

/** Epochs that are written to or read at the same time. */
const EPOCHS_MOST = 16;

/** A statement of each epoch's own table, made once. */
export function perEpoch(make: (epoch: number) => Statement): (epoch: number) => Statement {
  const made = new BoundedMap<number, Statement>(EPOCHS_MOST);
  return (epoch) => {
    const known = made.get(epoch);
    if (known !== undefined) return known;
    const statement = make(epoch);
    made.set(epoch, statement);
    return statement;
  };
}
