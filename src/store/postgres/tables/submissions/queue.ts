import { BoundedMap } from "../../../../core/queue/boundedMap.ts";
import { integer, integerOrNull, type Row } from "../../../records/rows.ts";
import { first, type Sql, statement } from "../../sql.ts";
import { partOf } from "../partitions.ts";
import { perEpoch } from "../perEpoch.ts";

/** Rows of an epoch's queue that one claim looks at: more than all processes have in hand. */
export const LOOKED_AT = 32_768;

/** Epochs with a queue at the same time. */
const EPOCHS_MOST = 16;

/** A closed epoch has nothing pending. A server that takes another one's place was started at another time. */
const openEpochs = statement(
  "queue_epochs",
  `SELECT epoch, extract(epoch FROM pg_postmaster_start_time())::float8 AS server
   FROM epochs WHERE closed_at IS NULL ORDER BY epoch`,
);

const look = perEpoch((epoch) =>
  statement(
    `queue_look_${epoch}`,
    `SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM
       (SELECT id FROM ${partOf("answers", epoch)} WHERE id >= $1 ORDER BY id LIMIT $2) q`,
  ),
);

interface Reach {
  /** No row before it waits any more. */
  readonly from: number;
  /** The greatest id that was seen. */
  readonly seen: number;
}

/** Of an epoch's queue what was looked at. */
export interface Part {
  readonly epoch: number;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Where the queue of each epoch begins. Rows are decided about in the order of their ids, and a decided row goes: without this
 * every look would pass all that went since the server last cleaned up, which an old snapshot keeps it from. Ids of an epoch become
 * visible in their order, since they are taken under the lock of its row; so below one that was seen none appears any more. That ends
 * with the server: the one that takes its place after a failover may have a row pending that was seen decided, though nobody was told.
 */
export class Queues {
  #reach = new BoundedMap<number, Reach>(EPOCHS_MOST);
  #server: number | null = null;

  /** At most `rows` of each open epoch, the oldest epoch first. */
  async look(sql: Sql, rows: number): Promise<Part[]> {
    const open = await sql.rows(openEpochs);
    const server = Number(open[0]?.server ?? this.#server);
    if (server !== this.#server) this.#reach = new BoundedMap(EPOCHS_MOST);
    this.#server = server;
    const epochs = open.map((row) => integer(row, "epoch"));
    return Promise.all(epochs.map((epoch) => this.#lookAt(sql, epoch, rows)));
  }

  async #lookAt(sql: Sql, epoch: number, rows: number): Promise<Part> {
    const { from, seen } = this.#reach.get(epoch) ?? { from: 0, seen: 0 };
    const row: Row = (await first(sql, look(epoch), [from, rows])) ?? {};
    const [begin, end] = [integerOrNull(row, "first"), integerOrNull(row, "last")];
    const reach: Reach =
      begin === null || end === null
        ? { from: Math.max(from, seen + 1), seen }
        : { from: begin, seen: Math.max(seen, end) };
    this.#reach.set(epoch, reach);
    return { epoch, rows: integer(row, "n"), from: reach.from, to: end ?? reach.from };
  }
}
