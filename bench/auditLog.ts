import { closeSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { canonical } from "../src/core/canonical.ts";
import { generatePrivateJwk, makeSigner } from "../src/core/ed25519.ts";
import { sha256Hex } from "../src/core/hash.ts";
import { encodeHotkey } from "../src/core/ss58.ts";
import type { DrawClass, LogEntry, PublishedEpoch, SamplePolicy } from "../src/flow/draw.ts";
import { commitment } from "../src/sample/commitment.ts";
import { decide, sampleKey } from "../src/sample/draw.ts";
import { ratesOf } from "../src/sample/policy.ts";
import { at } from "./timed.ts";

export const EPOCH = 498_698;
const LANE = "groth16";
const HOTKEYS = 200;
const GROUP = 1024;
const megabyte = 2 ** 20;

const policy: SamplePolicy = {
  lanes: { sat: "1", groth16: "20/500" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
};
const key = sampleKey(Buffer.from("assay-bench-secret-assay-bench-secret"), EPOCH);
const committed = commitment(key.export(), policy);
const rates = ratesOf(policy);
export const signer = makeSigner(generatePrivateJwk());
const hotkeys = Array.from({ length: HOTKEYS }, (_, number) =>
  encodeHotkey(Buffer.from(sha256Hex(`bench ${number}`), "hex")),
);

/** A customer's job now and then. */
const classOf = (job: number): DrawClass => (job % 997 === 0 ? "customer" : "lane");

type Line = LogEntry & { readonly n: number; readonly prev: string };

/** JSON with its members in order, as canonical JSON has them; quicker than a library where nothing is nested. */
function ordered(line: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Writes the log of an epoch, chained as the store chains it. */
class LogFile {
  readonly #lines: string[] = [];
  readonly #fd: number;
  #bytes = 0;
  #prev = committed;
  #n = 0;

  constructor(file: string) {
    this.#fd = openSync(file, "w");
  }

  add(entry: LogEntry): void {
    const line: Line = { ...entry, n: this.#n, prev: this.#prev };
    const text = ordered(line);
    if (this.#n < 4 && text !== canonical(line)) throw new Error(`bench: not canonical: ${text}`);
    this.#prev = sha256Hex(text);
    this.#n++;
    const served = `${ordered({ ...line, hash: this.#prev })}\n`;
    this.#lines.push(served);
    this.#bytes += served.length;
    if (this.#bytes > megabyte) this.#write();
  }

  #write(): void {
    writeSync(this.#fd, this.#lines.join(""));
    this.#lines.length = 0;
    this.#bytes = 0;
  }

  /** Returns the epoch's sampling document. */
  close(): PublishedEpoch {
    this.#write();
    closeSync(this.#fd);
    const unsigned = { epoch: EPOCH, commitment: committed, policy, committed_at: 1, key_id: signer.kid };
    const head = { epoch: EPOCH, log_head: this.#prev, signed_at: 2, key_id: signer.kid };
    return {
      ...{ ...unsigned, signature: signer.signDocument(unsigned), closed_at: 3, state: "closed" },
      ...{ revealed_key: key.export().toString("hex"), log_head: this.#prev, log_length: this.#n },
      heads: [{ ...head, signature: signer.signDocument(head) }],
    };
  }
}

export interface Made {
  readonly file: string;
  readonly sampling: string;
  readonly bytes: number;
}

/** A log of `count` draws, 1,024 per line as in production; every sampled job gets its verdict after the next line. */
export function makeLog(dir: string, rows: number): Made {
  const file = join(dir, `${rows}.ndjson`);
  const log = new LogFile(file);
  let waiting: LogEntry[] = [];
  for (let first = 0; first < rows; first += GROUP) {
    const verdicts = waiting;
    waiting = [];
    const texts: string[] = [];
    for (let job = first; job < Math.min(rows, first + GROUP); job++) {
      const workId = `jb_${sha256Hex(`job ${job}`).slice(0, 32)}`;
      const hotkey = at(hotkeys, job);
      const facts = { epoch: EPOCH, lane: LANE, hotkey, workId, classes: [classOf(job)] };
      const draw = decide(key, rates, facts);
      texts.push(`${job % HOTKEYS} ${workId} ${draw.class} ${draw.sampled ? 1 : 0}`);
      if (draw.sampled) waiting.push(verdictOn(workId, hotkey));
    }
    log.add({ type: "draws", epoch: EPOCH, lane: LANE, hotkeys, rows: texts });
    for (const verdict of verdicts) log.add(verdict);
  }
  for (const verdict of waiting) log.add(verdict);
  const sampling = join(dir, `${rows}.json`);
  writeFileSync(sampling, JSON.stringify(log.close()));
  return { file, sampling, bytes: statSync(file).size };
}

function verdictOn(workId: string, hotkey: string): LogEntry {
  return {
    ...{ type: "verdict", epoch: EPOCH, lane: LANE, hotkey, work_id: workId, receipt_id: null },
    ...{ state: "accepted", verified: true, code: null, answer_sha256: sha256Hex(workId) },
  };
}
