import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ClaimedSubmission } from "../../../flow/claims.ts";
import { receiptPrefix, unpack } from "../../records/packed.ts";
import { integer } from "../../records/rows.ts";
import { LivingNodes, unowned } from "./nodes.ts";
import { read, write } from "./operation.ts";
import { pendingOf, pendingSelect } from "./submissions.ts";

/** Ids and claims of those that are not in hand. */
function* free(
  rows: StatementSync,
  [node, now]: readonly [number, number],
  except: ReadonlySet<string>,
): Generator<{ readonly id: number; readonly claims: number }> {
  for (const row of rows.iterate(node, now)) {
    if (except.has(unpack(row, "receipt", receiptPrefix))) continue;
    yield { id: integer(row, "id"), claims: integer(row, "claims") };
  }
}

export function claimOperations(db: DatabaseSync, now: () => number) {
  const living = new LivingNodes(db, now);
  const rows = db.prepare(`SELECT a.id, a.claims, s.receipt FROM answers a JOIN submissions s ON s.id = a.id
    WHERE (a.owner = ? OR ${unowned("a.owner", "?")}) AND s.state = 'pending' ORDER BY a.claims, s.received_at, s.id`);
  const own = db.prepare("UPDATE answers SET owner = ?, claims = claims + 1 WHERE id = ?");
  const whole = db.prepare(`${pendingSelect} WHERE s.id = ?`);

  const undecided = db.prepare(
    "SELECT count(*) AS n FROM (SELECT 1 FROM submissions WHERE state = 'pending' LIMIT ?)",
  );

  return {
    undecided: read((limit: number): number => integer(undecided.get(limit), "n")),
    claim: write((node: number, limit: number, except: ReadonlySet<string>): ClaimedSubmission[] => {
      if (!living.has(node)) return [];
      // All are found before the first is changed: the query reads what the update writes.
      const found = [...free(rows, [node, now()], except).take(limit)];
      return found.map(({ id, claims }) => {
        own.run(node, id);
        return { ...pendingOf(whole.get(id) ?? {}), claims: claims + 1 };
      });
    }),
  };
}
