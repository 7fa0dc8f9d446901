import type { IssuedPage } from "../../../flow/store.ts";
import { pageOf } from "../../records/page.ts";
import { type Sql, statement } from "../sql.ts";
import { staleRead, write } from "./operation.ts";

// An epoch that is not on record has no partition, and its pages would be dropped by retention. A listing that lies within the
// row changes nothing.
const extend = statement(
  "page_extend",
  `INSERT INTO pages AS p (epoch, hotkey, lane, tier, first, past, at)
    SELECT epoch, $2::text, $3::text, $4::int, $5::bigint, $6::bigint, $7::float8 FROM epochs WHERE epoch = $1
    ON CONFLICT (epoch, hotkey, lane, tier) DO UPDATE SET first = least(p.first, excluded.first),
      past = greatest(p.past, excluded.past), at = excluded.at
    WHERE excluded.first < p.first OR excluded.past > p.past`,
);
const list = statement("pages", "SELECT * FROM pages WHERE epoch = $1 AND hotkey = $2 ORDER BY lane, tier");

export const pageOperations = {
  recordPage: write(async (sql: Sql, page: IssuedPage): Promise<void> => {
    const { epoch, hotkey, lane, tier, from, to, at } = page;
    await sql.run(extend, [epoch, hotkey, lane, tier, from, to, at]);
  }),
  issuedPages: staleRead(
    async (sql: Sql, hotkey: string, epoch: number): Promise<IssuedPage[]> =>
      (await sql.rows(list, [epoch, hotkey])).map(pageOf),
  ),
};
