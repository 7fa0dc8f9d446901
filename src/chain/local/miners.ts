import { readFile, stat } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { addressText, parseAddress } from "../../core/address.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { parseHotkey } from "../../core/ss58.ts";
import type { ChainMiner } from "../../flow/chain.ts";

/** A full subnet of 256 uids takes about 30 kB; this is far more than any needs. */
const MAX_BYTES = 16_777_216;
/** The most faults named at once: a few, so that they can be fixed together. */
const MAX_FAULTS = 20;

const address = z.string().transform((text, context) => {
  const parsed = parseAddress(text);
  if (parsed !== null && parsed.zone === null) return addressText(parsed);
  context.addIssue("must be an IP address; its port belongs in the member port");
  return z.NEVER;
});

const row = z.strictObject({
  uid: z.int().min(0).max(65_535),
  hotkey: z.string().refine((text) => parseHotkey(text) !== null, "must be an ss58 hotkey with prefix 42"),
  stake: z.number().min(0).optional(),
  permit: z.boolean().optional(),
  emission: z.number().min(0).optional(),
  ip: address.optional(),
  port: z.int().min(1).max(65_535).optional(),
});
const rows = z.array(row);

/** The text of a miners file. Throws `file_unreadable`. */
export async function readMiners(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new RangeError(`${size} bytes exceed ${MAX_BYTES}`);
    return await readFile(file, "utf8");
  } catch (error) {
    throw new AssayError({ code: "file_unreadable", file, cause_text: causeText(error) }, { cause: error });
  }
}

/** Faults that no single row shows: a uid or a hotkey given twice. */
function duplicates(miners: readonly ChainMiner[], field: "uid" | "hotkey"): string[] {
  const first = new Map<string | number, number>();
  const faults: string[] = [];
  miners.forEach((miner, i) => {
    const at = first.get(miner[field]);
    if (at === undefined) first.set(miner[field], i);
    else faults.push(`row ${i + 1}: ${field} ${miner[field]} is row ${at + 1}'s already`);
  });
  return faults;
}

function document(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new AssayError({ code: "config_invalid", file, faults: [causeText(error)] }, { cause: error });
  }
}

/** Leaves out members that the file does not have, rather than setting them to undefined. */
function minerOf({ uid, hotkey, ...given }: z.infer<typeof row>): ChainMiner {
  return {
    uid,
    hotkey,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** The miners of a JSON or YAML text. Throws `config_invalid` naming each fault by row and field. */
export function parseMiners(text: string, file: string): readonly ChainMiner[] {
  const read = rows.safeParse(document(text, file));
  const miners = read.success ? read.data.map(minerOf) : [];
  const faults = read.success
    ? [...duplicates(miners, "uid"), ...duplicates(miners, "hotkey")]
    : read.error.issues.map(({ path, message }) => {
        const [index, ...fields] = path;
        const where = typeof index === "number" ? `row ${index + 1}` : "file";
        return `${[where, ...fields.map(String)].join(": ")}: ${message}`;
      });
  if (faults.length > 0) {
    throw new AssayError({ code: "config_invalid", file, faults: faults.slice(0, MAX_FAULTS) });
  }
  return miners;
}
