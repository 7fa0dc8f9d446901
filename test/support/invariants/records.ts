import type { EpochRecord } from "../../../src/flow/draw.ts";
import type { Suspension } from "../../../src/flow/standing.ts";
import type { ChainedEntry, Store, StoredMiner } from "../../../src/flow/store.ts";
import type { StoredStrike } from "../../../src/flow/strike.ts";
import type { Submission } from "../../../src/flow/submission.ts";
import type { Credit } from "../../../src/flow/weights.ts";

const PAGE = 500;

export type DrawLine = Extract<ChainedEntry, { readonly type: "draw" }>;
export type VerdictLine = Extract<ChainedEntry, { readonly type: "verdict" }>;

/** All that a store's port tells about what happened. */
export interface Records {
  readonly epochs: readonly EpochRecord[];
  readonly lines: ReadonlyMap<number, readonly ChainedEntry[]>;
  readonly draws: readonly DrawLine[];
  /** How often each `{job id} {hotkey}` was handed out and drawn: a customer's job can come to a miner again after a restart. */
  readonly sampledJobs: ReadonlyMap<string, number>;
  readonly verdicts: readonly VerdictLine[];
  readonly submissions: ReadonlyMap<string, Submission>;
  readonly miners: readonly StoredMiner[];
  readonly strikes: readonly StoredStrike[];
  readonly suspensions: readonly Suspension[];
  readonly credits: readonly Credit[];
  readonly openSamples: ReadonlySet<string>;
}

async function epochsOf(store: Store): Promise<EpochRecord[]> {
  const closed: number[] = [];
  for (let before: number | null = null; ; ) {
    const page = await store.closedEpochs(before, PAGE);
    closed.push(...page.map(({ epoch }) => epoch));
    before = page.at(-1)?.epoch ?? null;
    if (page.length < PAGE || before === null) break;
  }
  const records = await Promise.all(closed.map((epoch) => store.epoch(epoch)));
  return [...records.filter((record) => record !== null), ...(await store.openEpochs())];
}

async function linesOf(store: Store, epoch: number): Promise<ChainedEntry[]> {
  const lines: ChainedEntry[] = [];
  for (;;) {
    const page = await store.logPage(epoch, lines.length - 1, PAGE);
    // A page of long lines can be shorter than was asked for.
    if (page.length === 0) return lines;
    lines.push(...page);
  }
}

function sampledOf(lines: readonly ChainedEntry[]): string[] {
  return lines.flatMap((line) => {
    if (line.type !== "draws") return [];
    return line.rows
      .filter((row) => row.endsWith(" 1"))
      .map((row) => {
        const [index, jobId] = row.split(" ");
        return `${jobId} ${line.hotkeys[Number(index)]}`;
      });
  });
}

function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** Reads everything, through the port alone, so that any store can be read. */
export async function recordsOf(store: Store): Promise<Records> {
  const epochs = await epochsOf(store);
  const logs = await Promise.all(epochs.map(({ epoch }) => linesOf(store, epoch)));
  const lines = new Map(epochs.map(({ epoch }, i) => [epoch, logs[i] ?? []]));
  const all = logs.flat();
  const draws = all.filter((line) => line.type === "draw");
  const rows: (Submission | null)[] = [];
  // A store refuses calls when too many wait.
  for (let from = 0; from < draws.length; from += PAGE) {
    const page = draws.slice(from, from + PAGE);
    rows.push(...(await Promise.all(page.map(({ receipt_id }) => store.submission(receipt_id)))));
  }
  const found = rows.filter((row) => row !== null).map((row) => [row.receiptId, row] as const);
  const miners = await store.miners(null, 10_000);
  const strikes = await Promise.all(miners.map(({ hotkey }) => store.strikes(hotkey)));
  const { suspensions } = await store.standingState();
  const open = await store.openSamples(100_000);
  return {
    ...{ epochs, lines, draws, miners, suspensions },
    sampledJobs: counted(sampledOf(all)),
    verdicts: all.filter((line) => line.type === "verdict"),
    submissions: new Map(found),
    strikes: strikes.flat(),
    credits: await store.credits(0),
    openSamples: new Set(open.map(({ jobId, hotkey }) => `${jobId} ${hotkey}`)),
  };
}
