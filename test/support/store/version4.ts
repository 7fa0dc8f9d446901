import { renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../src/core/canonical.ts";
import { integer, text } from "../../../src/store/records/rows.ts";
import { submissionOf } from "../../../src/store/records/submission.ts";
import { migrations } from "../../../src/store/sqlite/migrations/list.ts";
import { ChainLog } from "../../../src/store/sqlite/tables/chainLog.ts";

/** Tables that version 5 left as they were. */
const same = [
  ...["epochs", "miners", "strikes", "suspensions", "operator_actions", "vectors", "notes", "log_heads"],
  ...["retired_epochs", "open_samples", "work", "customer_jobs"],
];

function copyLog(from: DatabaseSync, to: DatabaseSync): void {
  const log = new ChainLog(from);
  const insert = to.prepare("INSERT INTO log_lines (epoch, n, line, hash) VALUES (?, ?, ?, ?)");
  for (const row of from.prepare("SELECT epoch FROM epochs").all()) {
    const epoch = integer(row, "epoch");
    for (let page = log.page(epoch, -1, 100); page.length > 0; ) {
      for (const { hash, ...line } of page) insert.run(epoch, line.n, canonical(line), hash);
      page = log.page(epoch, page.at(-1)?.n ?? 0, 100);
    }
  }
}

function copySubmissions(from: DatabaseSync, to: DatabaseSync): void {
  const insert =
    to.prepare(`INSERT INTO submissions (id, receipt_id, idempotency_key, lane, hotkey, challenge_id, epoch,
      tier, seq, answer_encoding, answer, answer_sha256, weight, received_at, block, sampled, draw_n, state, code, tries,
      decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const pay =
    to.prepare(`INSERT INTO solves (lane, challenge_id, hotkey, epoch, weight, received_at, verified, forfeited)
      VALUES (?, ?, ?, ?, ?, ?, ?, 0)`);
  const rows = from.prepare(
    `SELECT s.*, a.encoding, a.bytes FROM submissions s LEFT JOIN answers a USING (id)`,
  );
  for (const row of rows.all()) {
    const s = submissionOf(row);
    const ids = [integer(row, "id"), s.receiptId, `key of ${s.receiptId}`, s.lane, s.hotkey, s.challengeId];
    const answer = [
      row.encoding ?? "text",
      row.bytes ?? (s.state === "accepted" ? null : Buffer.from("kept")),
    ];
    const place = [
      s.epoch,
      s.tier,
      s.seq,
      ...answer,
      s.answerSha256,
      s.weight,
      s.receivedAt,
      s.block,
    ] as const;
    const draw = [s.sampled ? 1 : 0, integer(row, "draw_n")] as const;
    insert.run(...ids, ...place, ...draw, s.state, s.code, s.tries, s.decidedAt);
    if (s.state !== "accepted") continue;
    pay.run(s.lane, s.challengeId, s.hotkey, s.epoch, s.weight, s.receivedAt, integer(row, "verified"));
  }
}

/** Rewrites a closed store as version 4 would have written it: texts for all, an answer in each row that was not accepted. */
export function rewriteAsVersion4(file: string): void {
  const from = new DatabaseSync(file);
  const old = `${file}.old`;
  rmSync(old, { force: true });
  const to = new DatabaseSync(old);
  for (const sql of migrations.slice(0, 4)) to.exec(sql);
  to.exec("PRAGMA application_id = 0x41535359; PRAGMA user_version = 4");
  copyLog(from, to);
  copySubmissions(from, to);
  from.close();
  to.prepare("ATTACH ? AS new").run(file);
  for (const table of same) {
    const columns = to.prepare("SELECT name FROM pragma_table_info(?, 'main')").all(table);
    const names = columns.map((row) => text(row, "name")).join(", ");
    to.exec(`INSERT INTO main.${table} (${names}) SELECT ${names} FROM new.${table}`);
  }
  to.exec("INSERT INTO main.pages SELECT * FROM new.pages; DETACH new");
  to.close();
  renameSync(old, file);
  for (const suffix of [".sums", ".mark"]) rmSync(`${file}${suffix}`, { force: true });
}
