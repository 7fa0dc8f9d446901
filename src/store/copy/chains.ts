import { brokenLink, lineOf } from "../records/logLine.ts";
import { unpack } from "../records/packed.ts";
import { integer, type Row, text, Unreadable } from "../records/rows.ts";
import type { Side } from "./side.ts";
import { copiedTables } from "./tables.ts";

/** An epoch's log that is not the chain on record. */
export interface ChainFault {
  readonly store: Side["kind"];
  readonly epoch: number;
  readonly fault: string;
}

/** Recomputes the log of every epoch on record, from its commitment to its head. */
export async function faultOfChains(side: Side): Promise<ChainFault[]> {
  const faults: ChainFault[] = [];
  for (const table of copiedTables.filter(({ name }) => name === "epochs"))
    for await (const epochs of side.batches({ table, epoch: null }, null))
      for (const record of epochs) {
        const fault = await faultOf(side, record);
        if (fault !== null) faults.push({ store: side.kind, epoch: integer(record, "epoch"), fault });
      }
  return faults;
}

async function faultOf(side: Side, record: Row): Promise<string | null> {
  let prev = text(record, "commitment");
  let n = 0;
  for await (const rows of side.logRows(integer(record, "epoch")))
    for (const row of rows) {
      const fault = faultOfLine(row, n, prev);
      if (fault !== null) return fault;
      prev = unpack(row, "hash", "");
      n++;
    }
  const whole = prev === record.log_head && n === record.log_length;
  return whole ? null : `it ends after ${n} lines and not in the head on record`;
}

function faultOfLine(row: Row, n: number, prev: string): string | null {
  try {
    return brokenLink(row, lineOf(row, prev), n, prev);
  } catch (error) {
    if (error instanceof Unreadable) return `line ${n}: ${error.message}`;
    throw error;
  }
}
