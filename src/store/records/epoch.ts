import type { ClosedEpochItem, EpochRecord, EpochTerms, SamplePolicy } from "../../flow/draw.ts";
import { integer, json, type Row, real, realOrNull, text, textOrNull } from "./rows.ts";

const termsMembers = ["hours", "begins_at", "ends_at", "scheme", "lanes"] as const;
const policyMembers = ["lanes", "classes", "floor"] as const;

export function epochOf(row: Row): EpochRecord {
  return {
    epoch: integer(row, "epoch"),
    commitment: text(row, "commitment"),
    policy: json<SamplePolicy>(row, "policy", policyMembers),
    committed_at: real(row, "committed_at"),
    signature: text(row, "signature"),
    key_id: text(row, "key_id"),
    ...(row.terms === null ? {} : { terms: json<EpochTerms>(row, "terms", termsMembers) }),
    closed_at: realOrNull(row, "closed_at"),
    revealed_key: textOrNull(row, "revealed_key"),
    log_head: text(row, "log_head"),
    log_length: integer(row, "log_length"),
  };
}

export function closedEpochOf(row: Row): ClosedEpochItem {
  return { epoch: integer(row, "epoch"), closed_at: real(row, "closed_at"), log_head: text(row, "log_head") };
}
