import { sha256Hex } from "../../../src/core/hash.ts";
import type { Store } from "../../../src/flow/store.ts";
import { alertOf } from "../../conformance/store/alertCases.ts";
import {
  closed,
  commitment,
  decision,
  EPOCH,
  newSubmission,
  presentHead,
  signed,
  struck,
  unsigned,
} from "../../conformance/store/fixtures.ts";
import { batchOf } from "../../conformance/store/historyCases.ts";
import {
  atMost,
  customerJob,
  delta,
  drawn,
  groupOf,
  sampledEnd,
  struckEnd,
  T,
} from "../../conformance/store/jobFixtures.ts";
import { planOf } from "../../conformance/store/planCases.ts";
import { seeded } from "./seeded.ts";

/** Epochs that are filled; the first is closed and dropped by retention, which leaves its solves. */
export const filledEpochs = [EPOCH, EPOCH + 1, EPOCH + 2, EPOCH + 3] as const;
const GONE = filledEpochs[0];

type Pick = (most: number) => number;

async function submit(store: Store, pick: Pick, epoch: number, index: number): Promise<void> {
  const place = { tier: pick(3), epoch, lane: pick(4) === 0 ? "other" : "sat", hotkey: `5M${pick(5)}` };
  // Texts that only look like ids, or are none, are stored as they are.
  const tail = pick(6) === 0 ? `ABC${index}` : sha256Hex(`${epoch} ${index}`).slice(0, 24);
  const submission = newSubmission({
    ...{ ...place, challengeId: `pm-t${pick(8) === 0 ? 7 : place.tier}-e${epoch}-${tail}` },
    ...{ weight: pick(1000) / 8, receivedAt: T + index + 0.25, text: `v ${index} 0` },
  });
  await store.admit(submission);
  const end = pick(5);
  if (end === 0 && epoch !== GONE) return;
  if (end === 1) await store.countTry(submission.receiptId);
  const state = (["accepted", "accepted", "accepted", "rejected", "void"] as const)[end] ?? "accepted";
  const change =
    pick(9) === 0 ? struck(submission, { at: T + index + 1 }) : { state, verified: pick(2) === 0 };
  await store.decide(
    decision(submission.receiptId, { code: state === "accepted" ? null : "why", ...change }),
  );
}

async function push(store: Store, pick: Pick, epoch: number): Promise<void> {
  const jobs = Array.from({ length: 1 + pick(4) }, () =>
    drawn({ hotkey: `5M${pick(5)}`, sampled: pick(2) === 0 }),
  );
  await store.recordDraws([groupOf(jobs, { epoch })]);
  for (const { jobId, hotkey, sampled } of jobs) {
    if (!sampled || (pick(3) === 0 && epoch !== GONE)) continue;
    const of = { epoch, hotkey, at: T + pick(900_000) };
    await store.endSamples([pick(4) === 0 ? struckEnd(jobId, of, { at: of.at }) : sampledEnd(jobId, of)]);
  }
  await store.addWork([delta({ hotkey: `5M${pick(5)}`, credit: pick(100) / 3, at: T + pick(900_000) })]);
}

async function ask(store: Store, pick: Pick, index: number): Promise<void> {
  const job = customerJob({ owner: pick(2) === 0 ? null : "tk_a" });
  await store.addCustomerJob(job, atMost(1000));
  const end = {
    jobId: job.jobId,
    attempts: 1,
    answer: `{"n":${index}}`,
    hotkey: "5M1",
    verified: true,
    code: null,
  };
  if (pick(2) === 0) await store.updateCustomerJob({ ...end, state: "done", endedAt: T + index });
}

async function keep(store: Store): Promise<void> {
  const token = {
    tokenId: "tk_a",
    name: "a",
    secretSha256: sha256Hex("a"),
    lastUsedAt: null,
    revokedAt: null,
  };
  await store.addCustomerToken({ ...token, createdAt: T + 0.5 }, 10);
  await store.addCustomerToken({ ...token, tokenId: "tk_b", createdAt: T, revokedAt: null }, 10);
  await store.revokeCustomerToken("tk_b", T + 1);
  await store.setNote("plain", "a note");
  await store.setNote("odd", "a\u0000b\u0001c \u00e9\u{1f600}");
  await store.suspend({ hotkey: "5M3", kind: "operator", untilBlock: 9, reason: "\u0000", by: "op", at: T });
  await store.release("5M3", { action: "release", hotkey: "5M3", reason: "\u0001", at: T + 1 });
  await store.suspend({ hotkey: "5M4", kind: "operator", untilBlock: 9_000, reason: "why", by: "op", at: T });
  await store.recordIntent(unsigned(4));
  await store.recordIntent(unsigned(5));
  await store.saveVector(signed(5));
  await store.saveWeightPlan(planOf(5));
  await store.saveWeightPlan(planOf(4, { state: "confirmed" }));
  const reasons = [{ hotkey: "5M1", kind: "refused", code: "busy", count: 3 }] as const;
  await store.addHistory(
    batchOf(T, { "submissions_refused:busy": 3, strikes: 1 }, { store_bytes: 4096.5 }, reasons),
  );
  await fillAlerts(store);
}

async function fillAlerts(store: Store): Promise<void> {
  const firing = { at: T, rule: "restarts", what: "firing", text: "of \u0000" } as const;
  await store.saveAlerts({ records: [alertOf("restarts")], dropped: [], events: [firing] });
  await store.muteAlert({ rule: "restarts", until: T + 9, at: T, reason: "a\u0000b\u0001" });
  await store.tellAlerts([{ sink: "ops", rule: "restarts", state: "firing", firedAt: T + 0.5 }]);
  await store.noteStart({ name: "one", at: T });
}

/** Fills a store with rows of every table; the same seed gives rows of the same shape. */
export async function fill(store: Store, seed: number, rounds: number): Promise<void> {
  const pick = seeded(seed);
  for (const epoch of filledEpochs) await store.commitEpoch(commitment(epoch));
  for (let index = 0; index < rounds; index++) {
    const epoch = filledEpochs[pick(filledEpochs.length - 1)] ?? EPOCH;
    const page = {
      epoch,
      hotkey: `5M${pick(5)}`,
      lane: "sat",
      tier: pick(3),
      from: pick(9),
      to: 20,
      at: T + index,
    };
    await submit(store, pick, epoch, index);
    await store.recordPage(page);
    if (pick(2) === 0) await push(store, pick, epoch);
    if (pick(3) === 0) await ask(store, pick, index);
  }
  await keep(store);
  await store.addLogHead(await presentHead(store, EPOCH + 1));
  await closed(store, { epoch: GONE });
  await store.applyRetention({ beforeEpoch: EPOCH + 1, keepSolvesSince: 0, keepJobsSince: 0 });
}

async function ofEpoch(store: Store, epoch: number): Promise<unknown> {
  const log = await store.logPage(epoch, -1, 1_000_000);
  const texts: string[] = [];
  for (let last = -1; ; ) {
    const page = await store.logText(epoch, last);
    if (page === null) break;
    texts.push(page.text);
    last = page.last;
  }
  const receipts = log.flatMap((line) =>
    "receipt_id" in line && line.receipt_id !== null ? [line.receipt_id] : [],
  );
  return {
    ...{ record: await store.epoch(epoch), used: await store.isEpochUsed(epoch), log, text: texts.join("") },
    heads: await store.logHeads(epoch),
    submissions: await Promise.all([...new Set(receipts)].map((receipt) => store.submission(receipt))),
    pages: await Promise.all([0, 1, 2, 3, 4].map((index) => store.issuedPages(`5M${index}`, epoch))),
  };
}

/** What the port answers about everything that a store was filled with. */
export async function answersOf(store: Store): Promise<unknown> {
  const miners = await store.miners(null, 100);
  const hotkeys = miners.map(({ hotkey }) => hotkey);
  const standing = await store.standingState();
  return {
    ...{ miners, standing, work: await store.work(0), credits: await store.credits(0) },
    epochs: await Promise.all(filledEpochs.map((epoch) => ofEpoch(store, epoch))),
    pending: (await store.pending(1000, new Set())).map(({ answer, ...rest }) => ({
      ...rest,
      answer: { ...answer, bytes: Buffer.from(answer.bytes).toString("hex") },
    })),
    samples: await store.openSamples(1000),
    strikes: await Promise.all(hotkeys.map((hotkey) => store.strikesText(hotkey))),
    actions: await store.operatorActions(100),
    jobs: await store.customerJobs({ owner: null, state: null, after: null, limit: 1000 }),
    queued: await store.queuedCustomerJobs(1000),
    tokens: await store.customerTokens(),
    vectors: [await store.latestVector(), await store.vectorText(4), await store.vectorText(5)],
    plans: [await store.weightPlans(null, 10), await store.openWeightPlans()],
    history: [await store.history("minute", 0, 1e15), await store.history("day", 0, 1e15)],
    notes: [await store.note("plain"), await store.note("odd"), await store.note("copying")],
    alerts: [await store.alerts(), await store.alertEvents(9), await store.processStarts(0)],
    since: await store.credits(T + 3),
  };
}
