import { NOW, statement } from "../sql.ts";

/**
 * The last statement of a transaction that changes standings. The counter's row stays locked until the commit, so a number is
 * visible only when all smaller ones are; and since nothing is waited for after it, nobody waits for it in a circle.
 */
export const numberChanges = statement(
  "standing_number",
  `WITH counted AS (UPDATE counters SET value = value + cardinality($1::text[]) WHERE name = 'standing' RETURNING value)
    INSERT INTO standing_changes (n, hotkey, at)
    SELECT counted.value - cardinality($1::text[]) + h.i, h.hotkey, ${NOW}
    FROM counted, unnest($1::text[]) WITH ORDINALITY AS h (hotkey, i)`,
);
