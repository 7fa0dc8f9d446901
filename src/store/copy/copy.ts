import { AssayError } from "../../core/problems/assayError.ts";
import type { Row } from "../records/rows.ts";
import { fingerprintOf, keyOf } from "./canonicalRow.ts";
import type { Marker, Position } from "./marker.ts";
import { partsOf } from "./parts.ts";
import { rowsOf, type Watch } from "./progress.ts";
import type { Part, Side, Target } from "./side.ts";
import { copiedTables } from "./tables.ts";
import { type Verified, verify } from "./verify.ts";

/**
 * Copies all records into an empty store, or goes on with a copy of the same source that was interrupted; then compares both. Only
 * when they are equal is the target a store that a start takes.
 */
export async function copy(source: Side, target: Target, watch: Watch): Promise<Verified> {
  if ((await source.marker()) !== null) throw new AssayError({ code: "store_copying", file: source.shown });
  let marker = await begin(source, target);
  const ofRows = await rowsOf(source);
  for (const part of await remaining(source, marker.at)) {
    const isHere = marker.at?.table === part.table.name && marker.at.epoch === part.epoch;
    for await (const rows of source.batches(part, isHere ? (marker.at?.key ?? null) : null)) {
      marker = after(marker, part, rows);
      await target.store(part, rows, marker);
      watch({ doing: "copying", table: part.table.name, rows: marker.rows, ofRows });
    }
  }
  await target.finish();
  const verified = await verify(source, target, watch);
  if (verified.same) await target.mark(null);
  return verified;
}

/** The state of the copy that is under way, or of a new one. */
async function begin(source: Side, target: Target): Promise<Marker> {
  const fingerprint = await fingerprintOf(source);
  const known = await target.marker();
  const { shown: file } = target;
  if (known !== null) {
    if (known.source === fingerprint) return known;
    const why = `it holds an unfinished copy of another store, or of ${source.shown} before that was written to`;
    throw new AssayError({ code: "store_copy_refused", file, why, remedy: "Empty it, and copy again." });
  }
  if (!(await target.isEmpty())) {
    const remedy = "Name an empty database, or a data directory without a store.";
    throw new AssayError({ code: "store_copy_refused", file, why: "it is not empty", remedy });
  }
  const marker = { source: fingerprint, rows: 0, at: null };
  await target.mark(marker);
  return marker;
}

/** The parts from the position on; its own is the first. */
async function remaining(source: Side, at: Position | null): Promise<Part[]> {
  const from = at === null ? 0 : copiedTables.findIndex(({ name }) => name === at.table);
  const parts: Part[] = [];
  for (const table of copiedTables.slice(Math.max(from, 0))) parts.push(...(await partsOf(table, [source])));
  return parts.filter(
    ({ table, epoch }) => table.name !== at?.table || epoch === null || epoch >= (at.epoch ?? 0),
  );
}

function after(marker: Marker, { table, epoch }: Part, rows: readonly Row[]): Marker {
  const last = rows.at(-1) ?? {};
  return {
    ...{ source: marker.source, rows: marker.rows + rows.length },
    at: { table: table.name, epoch, key: keyOf(table, last) },
  };
}
