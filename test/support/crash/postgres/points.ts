import assert from "node:assert/strict";
import type { TestDatabases } from "../../store/postgresDatabases.ts";
import { goOn, reopen } from "../goOn.ts";
import { Life } from "./life.ts";
import type { Before, ServerRecording } from "./recording.ts";
import { copyTo, type Stage, stages } from "./stages.ts";

/** A crash point: a moment of a stage, counted from 1. */
interface Point {
  readonly number: number;
  readonly index: number;
  readonly stage: Stage;
  readonly before: Before;
  readonly moment: number;
}

export function serverPoints({ stages }: ServerRecording): number {
  return stages.reduce((sum, { moments }) => sum + moments, 0);
}

function pointOf(recording: ServerRecording, number: number): Point {
  let left = number;
  for (const [index, before] of recording.stages.entries()) {
    const stage = stages[index];
    if (stage !== undefined && left < before.moments)
      return { number, index, stage, before, moment: left + 1 };
    left -= before.moments;
  }
  throw new RangeError(`there are ${serverPoints(recording)} points`);
}

/**
 * Ends a process at a point, and opens what it left; played to its end, it must end as without a crash. Throws what does not hold.
 * The order in which a server answers is not the same every time, so the moment of a number is only nearly so.
 */
export async function crashOnServer(
  databases: TestDatabases,
  recording: ServerRecording,
  number: number,
  plays: boolean,
): Promise<void> {
  const point = pointOf(recording, number);
  const url = await databases.copy(point.before.url);
  let where = "";
  try {
    const ended = await endAt(recording.seed, point, url);
    where = ended.where;
    await databases.endSessions(url);
    await survive(recording, point, url, ended, plays);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`point ${number} ("${where}", moment ${point.moment} of "${point.stage.name}"): ${text}`);
  } finally {
    await databases.drop(url);
  }
}

type Ended = Pick<Before, "files" | "facts"> & { readonly where: string; readonly step: number };

/** A process that ended by itself, a moment or two too early, is one that ends after its last. */
async function endAt(seed: number, { index, stage, before, moment }: Point, url: string): Promise<Ended> {
  const { files, facts } = before;
  const life = await Life.begin({ seed, name: `stage ${index}`, url, files, facts, last: moment });
  try {
    // What fails of its end, such as a write to a key file, is of no interest.
    await stage.run(life).catch((error: unknown) => {
      if (!life.outside.isDead) throw error;
    });
    const { step, lastLabel: where, outside } = life;
    return { files: life.files(), facts: [...outside.facts], where, step };
  } finally {
    life.over();
  }
}

async function survive(
  { seed, endState }: ServerRecording,
  { number, stage, before }: Point,
  url: string,
  { files, facts, step }: Ended,
  plays: boolean,
): Promise<void> {
  const name = `after ${number}`;
  const { isCopy } = stage;
  const life = await Life.begin({ seed, name, url, files: isCopy ? before.files : files, facts });
  try {
    if (isCopy) await copyTo(life);
    const opened = await reopen(life.place(), life.outside, step);
    if (plays) assert.deepEqual(await goOn(opened, life.outside, step), endState);
    else await (await opened.openStore()).close();
  } finally {
    life.over();
  }
}
