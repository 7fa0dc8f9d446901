import { CHANGES_KEPT, type StandingChanges } from "../../../flow/standingChanges.ts";
import { integer, integerOrNull, text } from "../../records/rows.ts";
import { first, NOW, type Sql, statement } from "../sql.ts";
import { read } from "./operation.ts";

const reach = statement(
  "standing_reach",
  `SELECT c.value AS last, (SELECT min(n) FROM standing_changes) AS first FROM counters c WHERE c.name = 'standing'`,
);
const page = statement(
  "standing_changes",
  "SELECT n, hotkey FROM standing_changes WHERE n > $1 ORDER BY n LIMIT $2",
);

/** Drops some that are too old or too many. */
export const dropChanges = statement(
  "standing_drop",
  `DELETE FROM standing_changes WHERE n IN (SELECT n FROM standing_changes WHERE at < ${NOW} - ${CHANGES_KEPT.ms}
      OR n <= (SELECT value - ${CHANGES_KEPT.count} FROM counters WHERE name = 'standing') ORDER BY n LIMIT 1024)`,
);

export const standingChangeOperations = {
  standingChanges: read(async (sql: Sql, after: number | null, limit: number): Promise<StandingChanges> => {
    const [known, rows] = await Promise.all([
      first(sql, reach),
      after === null ? [] : sql.rows(page, [after, limit]),
    ]);
    const last = integer(known, "last");
    if (after === null) return { last, hotkeys: [] };
    const oldest = integerOrNull(known ?? {}, "first") ?? last + 1;
    // A number that was never given belongs to another store, or to one that lost its end.
    if (after > last || after < oldest - 1) return { last, hotkeys: null };
    const reached = rows.at(-1);
    return {
      last: reached === undefined ? after : integer(reached, "n"),
      hotkeys: [...new Set(rows.map((row) => text(row, "hotkey")))],
    };
  }),
};
