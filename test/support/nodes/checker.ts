import { canonical } from "../../../src/core/canonical.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { DrawGroup, EpochRecord } from "../../../src/flow/draw.ts";
import type { CustomerJob, CustomerUpdate } from "../../../src/flow/job.ts";
import type { Suspension } from "../../../src/flow/standing.ts";
import type { ChainedEntry } from "../../../src/flow/store.ts";
import type { StoredStrike } from "../../../src/flow/strike.ts";
import type { Submission } from "../../../src/flow/submission.ts";
import { periodOf, type SignedVector } from "../../../src/flow/weights.ts";
import {
  admitted,
  closings,
  decided,
  decisionOf,
  type Invariant,
  placeOf,
  read,
  repeated,
  sampledIn,
  samplesEnded,
  strikesRecorded,
  submissionOf,
  tally,
  told,
} from "./facts.ts";
import { leaderWritesAreFenced, leaseTokensGrow, verdictsAreOwned } from "./leaseRules.ts";
import { TEMPO } from "./options.ts";
import type { FinishedRun } from "./run.ts";
import { newestStreamServes, replacedStreamsEnd, streamsAreRecorded } from "./streamRules.ts";

const admitsOnce: Invariant = (run) => {
  const counted = new Map<string, number>();
  const voided = new Set(
    decided(run).flatMap((e) => ((e.result as Submission).state === "void" ? decisionOf(e).receiptId : [])),
  );
  const faults = repeated(
    admitted(run),
    (effect) => `answer ${submissionOf(effect).idempotencyKey} admitted`,
  );
  for (const effect of admitted(run)) {
    const { challengeId, lane, maxAttempts, receiptId } = submissionOf(effect);
    if (voided.has(receiptId)) continue;
    const count = (counted.get(`${lane} ${challengeId}`) ?? 0) + 1;
    counted.set(`${lane} ${challengeId}`, count);
    if (count > maxAttempts) faults.push(`challenge ${challengeId}: ${count} answers of ${maxAttempts}`);
  }
  return faults;
};

/** A draw whose record was not answered is ended by the process that lives on, unless it came to the store after that end. */
const doubtfulDrawsEnd: Invariant = ({ history, openSamples }) => {
  const last = new Map(
    history
      .of("recordDraws")
      .flatMap((effect) => sampledIn(effect).map((sample) => [placeOf(sample), effect])),
  );
  return openSamples
    .filter((sample) => last.get(placeOf(sample))?.answered === "no")
    .map((sample) => `sample ${placeOf(sample)} stays open`);
};

const paysOnce: Invariant = (run) => {
  const accepted = decided(run).filter(({ result }) => (result as Submission).state === "accepted");
  const rows = run.store.db.prepare("SELECT count(*) AS n FROM solves").get()?.n;
  const jobs = tally(samplesEnded(run).filter(({ state }) => state === "accepted"));
  const drawn = tally(run.history.of("recordDraws").flatMap(sampledIn));
  return [
    ...repeated(accepted, ({ result }) => `challenge ${(result as Submission).challengeId} accepted`),
    ...[...jobs]
      .filter(([key, count]) => count > (drawn.get(key) ?? 0))
      .map(([key]) => `job ${key} accepted more often than it was drawn`),
    ...(rows === accepted.length ? [] : [`${accepted.length} accepted answers, ${rows} credits`]),
  ];
};

const decidesOnce: Invariant = (run) =>
  repeated(decided(run), (effect) => `receipt ${decisionOf(effect).receiptId} decided`);

const receiptsEnd: Invariant = (run) =>
  told(run, "receipt").flatMap(({ receiptId, process }) => {
    const state = read<Submission | null>(run, "submission", receiptId)?.state ?? "unknown";
    return state === "pending" || state === "unknown"
      ? [`receipt ${receiptId} of ${process} is ${state}`]
      : [];
  });

const strikesHaveEvidence: Invariant = (run) => {
  const given = strikesRecorded(run);
  const hotkeys = [...new Set(given.map(({ hotkey }) => hotkey))];
  const kept = hotkeys.flatMap((hotkey) => read<StoredStrike[]>(run, "strikes", hotkey));
  const bad = kept.filter(({ evidence: { work_id, answer_sha256, draw, verdict } }) => {
    const isWhole = /^[0-9a-f]{64}$/.test(answer_sha256) && draw.work_id === work_id;
    return !isWhole || !draw.sampled || verdict.outcome !== "invalid";
  });
  const struck = tally(kept.map(({ hotkey, evidence }) => ({ hotkey, jobId: evidence.work_id })));
  const drawn = tally(run.history.of("recordDraws").flatMap(sampledIn));
  return [
    ...bad.map(({ strikeId }) => `strike ${strikeId} without evidence`),
    ...[...struck].flatMap(([key, count]) =>
      count > (drawn.get(key) ?? 1) ? [`work ${key} struck more often than it was drawn`] : [],
    ),
    ...(kept.length === given.length ? [] : [`${given.length} strikes given, ${kept.length} on record`]),
  ];
};

/** Blocks in which a process takes over, sees the chain and signs. */
const SIGNED_WITHIN = 6;

const signsWhatIsDue: Invariant = (run) => {
  const signed = new Set(run.history.of("saveVector").map(({ args }) => periodOf(args[0] as SignedVector)));
  const [from, to] = run.quiet;
  // The first period that ends when all has been well for long enough, and the last one that is over for as long.
  const first = Math.floor((from + SIGNED_WITHIN) / TEMPO);
  const past = Math.floor((to - SIGNED_WITHIN) / TEMPO);
  const due = Array.from({ length: Math.max(0, past - first) }, (_, i) => first + i);
  return due.filter((period) => !signed.has(period)).map((period) => `period ${period} was never signed`);
};

/** How long a suspension may be unknown to a process that was cut off or stood still when it was recorded, ms. */
const UNKNOWN_MS = 60_000;

/** No answer of a hotkey is admitted long after its suspension, but for one that was proven before. */
const suspendedAreKeptOut: Invariant = (run) => {
  const { history } = run;
  const releases = history.of("release");
  return admitted(run).flatMap((effect) => {
    const { hotkey, block } = submissionOf(effect);
    const isHeld = history.of("suspend").some(({ at, args }) => {
      const suspension = args[0] as Suspension;
      return suspension.hotkey === hotkey && block < suspension.untilBlock && at + UNKNOWN_MS < effect.at;
    });
    const isFree = !isHeld || releases.some(({ args }) => args[0] === hotkey);
    return isFree ? [] : [`answer of ${hotkey} admitted at block ${block} in its suspension`];
  });
};

const suspensionsHold: Invariant = (run) => {
  const { history } = run;
  const page = read<{ suspension: Suspension }[]>(run, "suspensionPage", { hotkey: "", kind: "" }, 1000);
  const kept = new Map<string, number>();
  for (const { suspension } of page)
    kept.set(suspension.hotkey, Math.max(kept.get(suspension.hotkey) ?? 0, suspension.untilBlock));
  const releases = history.of("release").filter(({ args }) => args[1] !== null);
  const promised = [
    ...told(run, "suspended"),
    ...strikesRecorded(run).map(({ hotkey, at, suspendUntil }) => ({
      hotkey,
      at,
      untilBlock: suspendUntil ?? 0,
    })),
  ];
  return promised.flatMap(({ hotkey, untilBlock }) => {
    const isReleased = releases.some(({ args }) => args[0] === hotkey);
    const until = kept.get(hotkey) ?? 0;
    return isReleased || until >= untilBlock
      ? []
      : [`${hotkey} suspended until ${until}, told ${untilBlock}`];
  });
};

const signsOnce: Invariant = (run) => {
  const signed = [...new Set(told(run, "signed").map(({ period, signature }) => `${period} ${signature}`))];
  return repeated(signed, (text) => `period ${text.split(" ")[0]} signed`);
};

const keysDecideNothing: Invariant = (run) => {
  const closed = closings(run);
  const isLate = (epoch: number, n: number): boolean =>
    n > (closed.get(epoch)?.n ?? Number.POSITIVE_INFINITY);
  const { history } = run;
  const draws = history
    .of("recordDraws")
    .flatMap(({ n, args }) =>
      (args[0] as DrawGroup[])
        .filter(({ rows }) => rows.length > 0)
        .map(({ epoch }) => ({ n, epoch, what: "draws" })),
    );
  const admits = admitted(run).map((e) => ({ n: e.n, epoch: submissionOf(e).epoch, what: "answer" }));
  const ends = decided(run).map((e) => ({ n: e.n, epoch: (e.result as Submission).epoch, what: "verdict" }));
  return [...draws, ...admits, ...ends].flatMap(({ n, epoch, what }) =>
    isLate(epoch, n) ? [`${what} of epoch ${epoch} recorded after its key`] : [],
  );
};

const keysStayHidden: Invariant = (run) => {
  const closed = closings(run);
  const early = told(run, "key").filter(
    ({ epoch, at }) => at < (closed.get(epoch)?.at ?? Number.POSITIVE_INFINITY),
  );
  return early.map(({ epoch }) => `key of epoch ${epoch} told before it closed`);
};

const epochsClose: Invariant = (run) => {
  const now = Math.floor(run.store.clock.nowMs() / 3_600_000);
  const open = read<EpochRecord[]>(run, "openEpochs").filter(({ epoch }) => epoch < now - 2);
  return open.map(({ epoch }) => {
    const held = run.store.db.prepare("SELECT count(*) AS n FROM open_samples WHERE epoch = ?").get(epoch)?.n;
    return `epoch ${epoch} is still open, ${held} samples`;
  });
};

const jobsEndOnce: Invariant = (run) => {
  const { history } = run;
  const ends = history
    .of("updateCustomerJob")
    .filter(({ args, result }) => result === true && (args[0] as CustomerUpdate).state !== "queued");
  const jobs = history.of("addCustomerJob").map(({ args }) => (args[0] as CustomerJob).jobId);
  const final = new Map(jobs.map((id) => [id, read<CustomerJob | null>(run, "customerJob", id)]));
  const open = [...final].filter(([, job]) => job?.state === "queued").map(([id]) => `job ${id} has no end`);
  const other = told(run, "job").filter(({ jobId, state, answer }) => {
    const job = final.get(jobId);
    return (
      state !== "queued" &&
      (job?.state !== state || JSON.stringify(job.answer && JSON.parse(job.answer)) !== (answer ?? "null"))
    );
  });
  return [
    ...repeated(ends, ({ args }) => `job ${(args[0] as CustomerUpdate).jobId} ended`),
    ...open,
    ...other.map(
      ({ jobId, state }) => `job ${jobId} was told as ${state}, and is ${final.get(jobId)?.state}`,
    ),
  ];
};

const logsAreChains: Invariant = (run) => {
  const epochs = run.store.db
    .prepare("SELECT epoch FROM epochs")
    .all()
    .map(({ epoch }) => Number(epoch));
  return epochs.flatMap((epoch) => {
    const record = read<EpochRecord>(run, "epoch", epoch);
    const lines: ChainedEntry[] = [];
    for (let page = [...lines]; ; lines.push(...page)) {
      page = read<ChainedEntry[]>(run, "logPage", epoch, lines.length - 1, 100);
      if (page.length === 0) break;
    }
    return [...brokenLinks(record, lines), ...missingVerdicts(record, lines)];
  });
};

function brokenLinks(record: EpochRecord, lines: readonly ChainedEntry[]): string[] {
  let head = record.commitment;
  const faults: string[] = [];
  for (const [index, { hash, ...line }] of lines.entries()) {
    if (line.n !== index || line.prev !== head || hash !== sha256Hex(canonical(line)))
      faults.push(`line ${index} of epoch ${record.epoch} breaks the chain`);
    head = hash;
  }
  const isWhole = record.log_head === head && record.log_length === lines.length;
  return isWhole ? faults : [...faults, `epoch ${record.epoch} does not end in its head`];
}

function missingVerdicts({ epoch, closed_at }: EpochRecord, lines: readonly ChainedEntry[]): string[] {
  if (closed_at === null) return [];
  const ended = new Set(lines.flatMap((line) => (line.type === "verdict" ? (line.receipt_id ?? []) : [])));
  const drawn = lines.flatMap((line) => (line.type === "draw" ? line.receipt_id : []));
  return drawn.filter((id) => !ended.has(id)).map((id) => `receipt ${id} has no verdict in epoch ${epoch}`);
}

export const invariants = {
  ...{
    admitsOnce,
    paysOnce,
    decidesOnce,
    receiptsEnd,
    strikesHaveEvidence,
    suspensionsHold,
    suspendedAreKeptOut,
    signsOnce,
  },
  ...{ keysDecideNothing, keysStayHidden, epochsClose, jobsEndOnce, logsAreChains },
  ...{ signsWhatIsDue, doubtfulDrawsEnd },
  ...{ leaderWritesAreFenced, leaseTokensGrow, verdictsAreOwned },
  ...{ newestStreamServes, replacedStreamsEnd, streamsAreRecorded },
} satisfies Record<string, Invariant>;

export type InvariantName = keyof typeof invariants;

/** Every way in which a run broke a rule, with the rule's name. */
export function faultsOf(run: FinishedRun): string[] {
  return Object.entries(invariants).flatMap(([name, check]) =>
    check(run).map((fault) => `${name}: ${fault}`),
  );
}
