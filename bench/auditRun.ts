import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { auditEpoch } from "../src/audit/audit.ts";
import { LineSplitter } from "../src/audit/log/lineSplitter.ts";
import { systemClock } from "../src/core/clock.ts";
import { deriveKey } from "../src/core/hash.ts";
import { KeyedHash } from "../src/core/keyedHash.ts";
import { systemRandom } from "../src/core/random.ts";

// One pass over a log in a process of its own, so that its peak memory is known. Arguments: audit|floor FILE SAMPLING KEY.

/** What a pass says on stdout. */
export interface Pass {
  readonly verdict: string;
  readonly rows: number;
  /** By the clock, and of processor time: of this process alone, its start and its collector's threads included. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Peak resident memory, bytes. */
  readonly rss: number;
  /** Most that was in use after a collection, on the heap and beside it, bytes; 0 without --expose-gc. */
  readonly live: number;
}

type Counted = Pick<Pass, "verdict" | "rows">;

async function audit(file: string, sampling: string, key: string): Promise<Counted> {
  const request = {
    ...{ source: { kind: "file", file, sampling } as const, key },
    ...{ seen: [], recheck: [], evidence: [], circuits: new Map<string, string>() },
  };
  return auditEpoch(request, {
    clock: systemClock,
    signal: new AbortController().signal,
    progress: () => undefined,
    ask: async () => null,
    random: systemRandom.bytes,
  });
}

/** Reading the same bytes, JSON.parse, SHA-256 of each line, and one HMAC per row: no audit can do less. */
async function floor(file: string): Promise<Counted> {
  const keyed = new KeyedHash(deriveKey(Buffer.from("bench"), "floor"));
  const hotkey = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
  let rows = 0;
  const splitter = new LineSplitter({
    line: (bytes) => {
      const entry = JSON.parse(
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"),
      ) as { readonly rows?: readonly string[] };
      hash("sha256", bytes, "hex");
      for (const row of entry.rows ?? []) {
        keyed.begin().text("groth16").text(hotkey).text(row.slice(-42, -7)).hex();
        rows++;
      }
    },
    unreadable: (detail) => {
      throw new Error(detail);
    },
  });
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 }))
    splitter.push(chunk as Buffer);
  return { verdict: "floor", rows };
}

let live = 0;

/** Collects several times a second, where it may, and looks at what is left. */
function watchLive(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  const watch = (): void => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    live = Math.max(live, heapUsed + external);
  };
  setInterval(watch, 200).unref();
}

watchLive();
const [, , what, file = "", sampling = "", key = ""] = process.argv;
const startedAt = performance.now();
const { verdict, rows } = await (what === "floor" ? floor(file) : audit(file, sampling, key));
const seconds = (performance.now() - startedAt) / 1000;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
const pass: Pass = { verdict, rows, seconds, cpuSeconds, rss: maxRSS * 1024, live };
process.stdout.write(JSON.stringify(pass));
