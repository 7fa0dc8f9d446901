import assert from "node:assert/strict";
import { assertEnded, assertInvariants } from "../invariants/invariants.ts";
import { endStateOf } from "./endState.ts";
import type { Outside } from "./outside.ts";
import { play, stop } from "./play.ts";
import { assertShut, type Place, type Process } from "./process.ts";
import { steps } from "./steps.ts";

export type EndState = Awaited<ReturnType<typeof endStateOf>>;

/** Opens the store of a place where a process ended, and checks it. Returns the place with the store that is open. */
export async function reopen(place: Place, outside: Outside, step: number): Promise<Place> {
  outside.time.moveTo(steps[step]?.at ?? 0);
  const opened = await place.openStore();
  await assertInvariants(opened, outside.facts, outside.block());
  let isTaken = false;
  const openStore = async () => {
    if (isTaken) return place.openStore();
    isTaken = true;
    return opened;
  };
  return { ...place, openStore };
}

/** Plays the scenario from a step to its end, and checks everything there; returns what it ended in. Throws what does not hold. */
export async function goOn(place: Place, outside: Outside, step: number): Promise<EndState> {
  const began = async (one: Process) => assert.deepEqual(await assertShut(one, outside.facts), []);
  const last = await play(place, outside, step, () => {}, began);
  if (last === null) throw new Error("the process ended again");
  return checkEnd(last);
}

/** Ends what is under way, checks everything, and closes. */
export async function checkEnd(life: Process): Promise<EndState> {
  const { outside, store } = life;
  await outside.time.during(stop(life), () => false);
  const records = await assertInvariants(store, outside.facts, outside.block());
  assertEnded(records);
  assert.deepEqual(await assertShut(life, outside.facts), []);
  const endState = await endStateOf(store, records);
  await store.close();
  return endState;
}
