import type { Credit } from "../../../flow/weights.ts";
import { real, text } from "../../records/rows.ts";
import { type Sql, statement } from "../sql.ts";
import { read } from "./operation.ts";

const sums = statement(
  "credits",
  `SELECT lane, hotkey, sum(weight) AS weight FROM solves WHERE received_at > $1 AND forfeited = 0
    GROUP BY lane, hotkey ORDER BY lane, hotkey`,
);

export const creditOperations = {
  /** Summed by the server in one statement, so that its snapshot is held for as long as a scan takes and no longer. */
  credits: read(async (sql: Sql, since: number): Promise<Credit[]> => {
    return (await sql.rows(sums, [since])).map((row) => ({
      lane: text(row, "lane"),
      hotkey: text(row, "hotkey"),
      weight: real(row, "weight"),
    }));
  }),
};
