import { canonical } from "../../../src/core/canonical.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { DrawGroup, EpochRecord } from "../../../src/flow/draw.ts";
import type { CustomerJob, CustomerUpdate, OpenSample, SampledEnd } from "../../../src/flow/job.ts";
import type { Fence } from "../../../src/flow/leases.ts";
import type { NodeState } from "../../../src/flow/nodes.ts";
import type { Suspension } from "../../../src/flow/standing.ts";
import type { ChainedEntry } from "../../../src/flow/store.ts";
import type { StoredStrike, StrikeRecord } from "../../../src/flow/strike.ts";
import type { AdmitOutcome, Decision, NewSubmission, Submission } from "../../../src/flow/submission.ts";
import { sampledJob } from "../../../src/store/records/openSample.ts";
import type { OperationName } from "../../../src/store/sqlite/tables/operations.ts";
import type { Effect, Told } from "./history.ts";
import type { FinishedRun } from "./run.ts";

/** A rule over a run: each text says how it was broken. */
export type Invariant = (run: FinishedRun) => string[];

// What a call was given and returned, by its operation.
const submissionOf = ({ args }: Effect): NewSubmission => args[0] as NewSubmission;
const decisionOf = ({ args }: Effect): Decision => args[0] as Decision;

function told<K extends Told["kind"]>({ history }: FinishedRun, kind: K): Extract<Told, { kind: K }>[] {
  return history.told.filter((one): one is Extract<Told, { kind: K }> => one.kind === kind);
}

function read<T>({ store }: FinishedRun, name: OperationName, ...args: readonly unknown[]): T {
  return store.run(name, args) as T;
}

/** Keys that occur more than once. */
function repeated<T>(items: readonly T[], keyOf: (item: T) => string): string[] {
  const seen = new Map<string, number>();
  for (const item of items) seen.set(keyOf(item), (seen.get(keyOf(item)) ?? 0) + 1);
  return [...seen].filter(([, count]) => count > 1).map(([key, count]) => `${key}: ${count} times`);
}

const admitted = ({ history }: FinishedRun): Effect[] =>
  history.of("admit").filter(({ result }) => (result as AdmitOutcome).kind === "admitted");

const decided = ({ history }: FinishedRun): Effect[] =>
  history.of("decide").filter(({ result }) => result !== null);

const samplesEnded = ({ history }: FinishedRun): SampledEnd[] =>
  history.of("endSamples").flatMap(({ args, result }) => {
    const ids = new Set(result as string[]);
    return (args[0] as SampledEnd[]).filter(({ jobId }) => ids.has(jobId));
  });

const strikesRecorded = (run: FinishedRun): StrikeRecord[] =>
  [...decided(run).map(decisionOf), ...samplesEnded(run)].flatMap(({ strike }) => strike ?? []);

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

/** The sampled jobs of a record of draws. */
const sampledIn = ({ args }: Effect): OpenSample[] =>
  (args[0] as DrawGroup[]).flatMap((group) =>
    group.rows.flatMap((row) => {
      const { epoch, lane } = group;
      const job = sampledJob(group, row);
      return job === null ? [] : { ...job, epoch, lane };
    }),
  );

const placeOf = ({ jobId, hotkey }: Pick<OpenSample, "jobId" | "hotkey">): string => `${jobId} of ${hotkey}`;

function tally(samples: readonly Pick<OpenSample, "jobId" | "hotkey">[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const sample of samples) counts.set(placeOf(sample), (counts.get(placeOf(sample)) ?? 0) + 1);
  return counts;
}

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
  return [
    ...bad.map(({ strikeId }) => `strike ${strikeId} without evidence`),
    ...repeated(kept, ({ hotkey, evidence }) => `work ${evidence.work_id} of ${hotkey} struck`),
    ...(kept.length === given.length ? [] : [`${given.length} strikes given, ${kept.length} on record`]),
  ];
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

/** When each epoch closed, in the order of effects. */
function closings({ history }: FinishedRun): Map<number, Effect> {
  const closed = new Map<number, Effect>();
  for (const effect of history.of("closeEpoch")) {
    const record = effect.result as EpochRecord | null;
    if (record?.closed_at && !closed.has(record.epoch)) closed.set(record.epoch, effect);
  }
  return closed;
}

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
  const open = read<EpochRecord[]>(run, "openEpochs").filter(({ epoch }) => epoch < now - 1);
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

/** Where the fence stands among the arguments of a write of the leader. */
export const leaderCalls: Partial<Record<OperationName, number>> = {
  addLogHead: 1,
  closeEpoch: 4,
  recordIntent: 1,
  saveVector: 1,
  saveWeightPlan: 1,
  retire: 1,
};

const leaderWritesAreFenced: Invariant = ({ history }) => {
  let newest = 0;
  return history.effects.flatMap(({ name, args, result, refused, process }) => {
    if (refused !== null) return [];
    if (name === "takeLease") newest = Math.max(newest, (result as Fence | null)?.token ?? 0);
    const position = leaderCalls[name];
    if (position === undefined) return [];
    const fence = args[position] as Fence | undefined;
    if (fence === undefined) return [`${name} of ${process} took effect without a fence`];
    return fence.token === newest
      ? []
      : [`${name} of ${process} took effect under token ${fence.token} of ${newest}`];
  });
};

const leaseTokensGrow: Invariant = ({ history }) => {
  const holders = new Map<number, number>();
  let newest = 0;
  return history.of("takeLease").flatMap(({ args, result }) => {
    const { token } = (result as Fence | null) ?? { token: newest };
    const isOther = result !== null && (holders.get(token) ?? args[1]) !== args[1];
    if (result !== null) holders.set(token, args[1] as number);
    const fault = token < newest || isOther ? [`token ${token} after ${newest} for node ${args[1]}`] : [];
    newest = Math.max(newest, token);
    return fault;
  });
};

/** A verdict comes from the node that owns the row, while its lease holds. */
const verdictsAreOwned: Invariant = ({ history }) => {
  const until = new Map<number, number>();
  const owner = new Map<string, number>();
  return history.effects.flatMap(({ at, name, args, result, refused }) => {
    if (refused !== null) return [];
    if (name === "joinNode") until.set(result as number, at + (args[1] as number));
    if (name === "renewNode" && (result as NodeState).alive)
      until.set(args[0] as number, at + (args[1] as number));
    if (name === "leaveNode") until.set(args[0] as number, at);
    if (name === "admit")
      owner.set((args[0] as NewSubmission).receiptId, (args[0] as NewSubmission).node ?? 0);
    if (name === "claim")
      for (const { receiptId } of result as Submission[]) owner.set(receiptId, args[0] as number);
    if (name !== "decide" || result === null) return [];
    const { receiptId, node = 0 } = args[0] as Decision;
    if ((until.get(node) ?? 0) <= at)
      return [`receipt ${receiptId} decided by node ${node}, whose lease is over`];
    return owner.get(receiptId) === node
      ? []
      : [`receipt ${receiptId} of node ${owner.get(receiptId)} decided by node ${node}`];
  });
};

export const invariants = {
  ...{ admitsOnce, paysOnce, decidesOnce, receiptsEnd, strikesHaveEvidence, suspensionsHold, signsOnce },
  ...{ keysDecideNothing, keysStayHidden, epochsClose, jobsEndOnce, logsAreChains },
  ...{ doubtfulDrawsEnd },
  ...{ leaderWritesAreFenced, leaseTokensGrow, verdictsAreOwned },
} satisfies Record<string, Invariant>;

export type InvariantName = keyof typeof invariants;

/** Every way in which a run broke a rule, with the rule's name. */
export function faultsOf(run: FinishedRun): string[] {
  return Object.entries(invariants).flatMap(([name, check]) =>
    check(run).map((fault) => `${name}: ${fault}`),
  );
}
