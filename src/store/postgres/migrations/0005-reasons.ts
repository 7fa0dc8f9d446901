import { inBytes } from "./inBytes.ts";

/** Why requests and answers of a miner earned nothing. kind: of `ReasonKind`; last_at: Unix ms. */
const tables = `
CREATE TABLE miner_reasons (
  hotkey text NOT NULL,
  kind text NOT NULL,
  code text NOT NULL,
  count bigint NOT NULL,
  last_at bigint NOT NULL,
  PRIMARY KEY (hotkey, kind, code)
) WITH (fillfactor = 90);
`;

export const reasons = inBytes(tables);
