import type { DatabaseSync } from "node:sqlite";
import type { IssuedPage } from "../../../flow/store.ts";
import { pageOf } from "../../records/page.ts";
import { read, write } from "./operation.ts";

export function pageOperations(db: DatabaseSync) {
  // A listing that lies within the row changes nothing, and so needs no fsync.
  const extend = db.prepare(`INSERT INTO pages (epoch, hotkey, lane, tier, first, past, at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET first = min(first, excluded.first),
      past = max(past, excluded.past), at = excluded.at WHERE excluded.first < first OR excluded.past > past`);
  const list = db.prepare("SELECT * FROM pages WHERE epoch = ? AND hotkey = ? ORDER BY lane, tier");
  return {
    recordPage: write(({ epoch, hotkey, lane, tier, from, to, at }: IssuedPage): void => {
      extend.run(epoch, hotkey, lane, tier, from, to, at);
    }),
    issuedPages: read((hotkey: string, epoch: number): IssuedPage[] => list.all(epoch, hotkey).map(pageOf)),
  };
}
