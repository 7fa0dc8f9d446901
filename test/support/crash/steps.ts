import { existsSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { CustomerJob } from "../../../src/flow/job.ts";
import { readRetired } from "../../../src/keys/retired.ts";
import { rotatePublishing } from "../../../src/keys/rotate.ts";
import { submit, Worker } from "./clients.ts";
import { LOOSE, STRICT, WORK } from "./lanes.ts";
import { HOUR, pullers, pushers, START_MS } from "./outside.ts";
import { type Place, type Process, publishingFile, settled } from "./process.ts";

/** A part of the scenario. It can be done again by those outside, as often as a crash interrupts it. */
export interface Step {
  readonly name: string;
  /** Unix ms. */
  readonly at: number;
  readonly run?: (life: Process) => Promise<void>;
  /** Done between two lives of the validator, which the step ends and begins. */
  readonly between?: (place: Place) => Promise<void>;
}

/** Longer than a lost miner keeps its jobs. */
const GRACE_S = 15;

const [alice = "", bob = "", carol = "", dave = "", erin = ""] = pullers;
const [frank = "", grace = "", mallory = ""] = pushers;

/** Answers of one round: who, in which lane, and what. */
function answersOf(round: number): { hotkey: string; lane: string; tier: number; texts: string[] }[] {
  const strict = { lane: STRICT, tier: 1 };
  const loose = { lane: LOOSE, tier: 2 };
  return [
    { hotkey: alice, ...strict, texts: ["right"] },
    { hotkey: alice, ...loose, texts: ["wrong 1", "right", "right"] },
    { hotkey: bob, ...strict, texts: ["right"] },
    { hotkey: carol, ...strict, texts: [round % 2 === 0 ? "wrong" : "right"] },
    { hotkey: carol, ...loose, texts: ["right"] },
    { hotkey: dave, ...loose, texts: ["wrong 1", "wrong 2"] },
    { hotkey: erin, ...loose, texts: [round % 3 === 0 ? "broken" : "right"] },
  ];
}

export function pullRound(round: number) {
  return async (life: Process): Promise<void> => {
    const client = async ({ hotkey, lane, tier, texts }: ReturnType<typeof answersOf>[number]) => {
      const { items } = life.challenges.page(lane, hotkey, tier, round, 1);
      const id = items[0]?.challenge_id ?? "";
      for (const text of texts) await submit(life, hotkey, id, text);
    };
    await Promise.all(answersOf(round).map(client));
  };
}

/** Customers put jobs in; miners come, answer some rounds, and go. */
function pushRound(round: number) {
  return async (life: Process): Promise<void> => {
    for (const name of ["a", "b"]) await putJob(life, `${round}${name}`);
    await work(life, [frank, grace, mallory], 2);
  };
}

async function work(life: Process, hotkeys: readonly string[], rounds: number): Promise<void> {
  // The time since the last step is a stall to the dispatcher.
  life.dispatcher.tick();
  const workers = hotkeys.map((hotkey) => ({ worker: new Worker(life, hotkey), cheats: hotkey === mallory }));
  for (let i = 0; i < rounds; i++) {
    await settled(life);
    for (const { worker, cheats } of workers) worker.answer(cheats);
  }
  await settled(life);
  // So is what timers took since then, and a stall prolongs the time that lost miners have.
  life.dispatcher.tick();
  for (const { worker } of workers) worker.leave();
  // What they had is given up when they do not come back.
  for (let i = 0; i < GRACE_S; i++) {
    life.outside.time.moveTo(life.outside.time.now + 1000);
    life.dispatcher.tick();
  }
  await settled(life);
}

async function putJob({ store, dispatcher, outside }: Process, name: string): Promise<void> {
  const job: CustomerJob = {
    ...{
      jobId: `jb_${sha256Hex(name).slice(0, 32)}`,
      owner: null,
      clientKey: name,
      lane: WORK,
      kind: "kind-1",
    },
    ...{ input: { x: name }, privateInput: null, createdAt: outside.time.now },
    ...{ deadlineAt: outside.time.now + 24 * HOUR, attempts: 0, answer: null },
    ...{ verified: null, hotkey: null, code: null, endedAt: null },
    state: "queued",
  };
  const outcome = await store.addCustomerJob(job, { all: 100, perOwner: 100 });
  if (outcome.kind === "added") dispatcher.addCustomer(outcome.job);
  outside.note({ kind: "queued", jobId: job.jobId });
}

/** The operator suspends dave for a while, which nothing shortens. */
async function operatorSuspends({ judge, outside }: Process): Promise<void> {
  const { until_block } = await judge.suspend({ hotkey: dave, tempos: 5, reason: "by hand" }, "operator");
  outside.note({ kind: "suspended", hotkey: dave, untilBlock: until_block });
}

/** The operator renews the publishing key, unless that was done. */
async function rotateKey({ dir }: Place): Promise<void> {
  const publishing = publishingFile(dir);
  const retired = join(dir, "keys/publishing.retired.json");
  const next = join(dir, "keys/publishing.next.json");
  if (readRetired(retired).length > 0 && !existsSync(next)) return;
  await rotatePublishing({ publishing, retired, next }, START_MS + 3 * HOUR);
}

/** Minutes after the start of the scenario. */
const at = (minutes: number): number => START_MS + minutes * 60_000;

/** Five epochs: each has rounds of answers and jobs, and ends; weights are made every 20 minutes. */
export const steps: readonly Step[] = [
  { name: "first answers", at: at(3), run: pullRound(0) },
  { name: "first jobs", at: at(10), run: pushRound(0) },
  { name: "first weights", at: at(21) },
  { name: "answers", at: at(30), run: pullRound(1) },
  { name: "restart", at: at(35), between: async () => {} },
  { name: "jobs", at: at(41), run: pushRound(1) },
  { name: "second epoch", at: at(61), run: pullRound(0) },
  { name: "an operator suspends", at: at(65), run: operatorSuspends },
  { name: "answers of the second epoch", at: at(82), run: pullRound(2) },
  { name: "third epoch", at: at(121), run: pushRound(2) },
  { name: "answers of the third epoch", at: at(142), run: pullRound(3) },
  { name: "a new key", at: at(180), between: rotateKey },
  { name: "fourth epoch", at: at(183), run: pullRound(1) },
  { name: "jobs of the fourth epoch", at: at(200), run: pushRound(3) },
  { name: "fifth epoch", at: at(242), run: pullRound(2) },
  { name: "last jobs", at: at(262), run: pushRound(4) },
  { name: "sixth epoch", at: at(302), run: pullRound(0) },
  { name: "all jobs", at: at(310), run: (life) => work(life, [frank, grace], 12) },
  { name: "the end", at: at(485) },
  // An epoch whose log grew while it was being closed is closed now.
  { name: "a minute later", at: at(486) },
];
