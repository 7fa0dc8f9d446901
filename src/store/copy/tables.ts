import { partitioned } from "../postgres/tables/partitions.ts";

/** As PostgreSQL takes a column of many rows; whole numbers may stand in a narrower column. */
export type ColumnType = "bigint" | "float8" | "text" | "bytea";

export interface CopiedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** A table as it is copied: its columns under the names that both adapters have for them. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly CopiedColumn[];
  /** What orders the rows. Of a table with a part per epoch: within one epoch. */
  readonly key: readonly string[];
  readonly perEpoch: boolean;
  /** Rows that are read and written at once. */
  readonly batch: number;
  /** Columns that belong to a process that has ended: written as 0 where the target has them. */
  readonly fresh: readonly string[];
}

type Columns = { readonly [T in ColumnType]?: string };

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

function table(
  name: string,
  key: string,
  columns: Columns,
  { batch = 1024, fresh = "" }: { readonly batch?: number; readonly fresh?: string } = {},
): CopiedTable {
  const types = ["bigint", "float8", "text", "bytea"] as const;
  return {
    ...{ name, batch, key: words(key), fresh: words(fresh) },
    perEpoch: partitioned.some((one) => one === name),
    columns: types.flatMap((type) => words(columns[type] ?? "").map((column) => ({ name: column, type }))),
  };
}

/** Rows of these may have tens of kilobytes. */
const wide = { batch: 64 };

/** Every table with records, in the order in which they are copied: what a row refers to comes before it. */
export const copiedTables: readonly CopiedTable[] = [
  table("epochs", "epoch", {
    bigint: "epoch log_length",
    float8: "committed_at closed_at ends_at",
    text: "commitment policy signature key_id revealed_key log_head terms",
  }),
  table("retired_epochs", "first", { bigint: "first last" }),
  table("log_heads", "epoch n", {
    bigint: "epoch n lines",
    float8: "signed_at",
    text: "log_head key_id signature",
  }),
  table("submissions", "id", {
    bigint: "id epoch tier seq block draw_n sampled tries verified",
    float8: "weight received_at decided_at",
    text: "receipt challenge lane hotkey answer_sha256 draw_class rate x state code",
  }),
  table(
    "answers",
    "id",
    { bigint: "id epoch", float8: "received_at", text: "encoding", bytea: "bytes" },
    { ...wide, fresh: "owner claims" },
  ),
  table("log_lines", "n", { bigint: "epoch n submission", text: "hash line" }, { batch: 256 }),
  table("solves", "challenge lane", {
    bigint: "epoch verified forfeited",
    float8: "weight received_at",
    text: "challenge lane hotkey",
  }),
  table("pages", "hotkey lane tier", { bigint: "epoch tier first past", float8: "at", text: "hotkey lane" }),
  table("open_samples", "job_id hotkey", { bigint: "epoch", text: "job_id hotkey lane" }, { fresh: "owner" }),
  table("miners", "hotkey", {
    bigint: "first_seen last_seen submitted accepted rejected void",
    text: "hotkey",
  }),
  table(
    "strikes",
    "id",
    {
      bigint: "id block suspend_until counted after_id",
      float8: "at",
      text: "strike_id hotkey lane evidence",
    },
    wide,
  ),
  table("exhibits", "strike", { bigint: "strike day", bytea: "body" }, wide),
  table("exhibit_use", "day hotkey", { bigint: "day bytes", text: "hotkey" }),
  table("suspensions", "hotkey kind", {
    bigint: "until_block",
    float8: "at",
    text: "hotkey kind reason by",
  }),
  table("operator_actions", "id", { bigint: "id", float8: "at", text: "action hotkey reason" }),
  table("work", "start lane hotkey", {
    bigint: "start results",
    float8: "verified unverified debit",
    text: "lane hotkey",
  }),
  table(
    "customer_jobs",
    "id",
    {
      bigint: "id attempts verified",
      float8: "created_at ended_at deadline_at",
      text: "job_id client_key lane kind input state answer hotkey code owner private_input",
    },
    { ...wide, fresh: "claimant" },
  ),
  table("customer_tokens", "token_id", {
    float8: "created_at last_used_at revoked_at",
    text: "token_id name secret_sha256",
  }),
  table("vectors", "period", { bigint: "period", text: "intent signature" }, wide),
  table("weight_plans", "period", { bigint: "period", text: "state plan" }, wide),
  table("history", "step start series", { bigint: "step start", float8: "value", text: "series" }),
  table("miner_reasons", "hotkey kind code", { bigint: "count last_at", text: "hotkey kind code" }),
  table("notes", "key", { text: "key value" }),
  table("alerts", "rule", { text: "rule body" }),
  table("alert_mutes", "rule", { float8: "until at", text: "rule reason" }),
  table("alert_told", "sink rule", { float8: "fired_at", text: "sink rule state" }),
  table("alert_events", "id", { bigint: "id", float8: "at", text: "rule what detail" }),
  table("process_starts", "id", { bigint: "id", float8: "at", text: "name" }),
];

/** Tables of one adapter or of running processes, which are made anew, with the reason. */
export const notCopied: Readonly<Record<string, string>> = {
  seal: "counts the acknowledged writes of a file",
  assay_schema: "the version of a schema",
  counters: "numbers of what only running processes have",
  nodes: "processes that have ended",
  leases: "held by processes that have ended",
  sessions: "miners open new ones",
  streams: "connections that have ended",
  process_reports: "of processes that have ended",
  standing_changes: "for processes that were running meanwhile",
  history_batches: "known for the time in which a process may send one again",
  spent_limits: "begin anew with each start",
  spent_signatures: "begin anew with each start",
};
