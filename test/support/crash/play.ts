import type { Outside } from "./outside.ts";
import { type Place, type Process, settled, startProcess, tickAll } from "./process.ts";
import { steps } from "./steps.ts";

/** Told when a step begins. */
export type Begun = (index: number) => void;

/**
 * Starts a validator and plays the scenario from a step to its end, or to the step `to`; a step that a crash interrupted is played again, whole. Null when the
 * process ended on the way.
 */
export async function play(
  place: Place,
  outside: Outside,
  from: number,
  begun: Begun,
  started: (life: Process) => Promise<void> = async () => {},
  to = steps.length,
): Promise<Process | null> {
  const { time } = outside;
  let life: Process | null = null;
  const run = async (): Promise<void> => {
    for (const [index, step] of steps.entries()) {
      if (index < from || index >= to) continue;
      begun(index);
      time.moveTo(step.at);
      if (life === null) {
        life = await startProcess(place, outside);
        await started(life);
      }
      if (step.between !== undefined) {
        await end(life);
        await step.between(place);
        life = await startProcess(place, outside);
      }
      await step.run?.(life);
      await settled(life);
      await tickAll(life);
      await settled(life);
    }
  };
  await time.during(run(), () => outside.isDead);
  if (outside.isDead) return null;
  if (life === null) throw new RangeError(`no step from ${from} on`);
  return life;
}

/** Nothing new, and what is under way ends, or is left to the next start. */
export async function stop(life: Process): Promise<void> {
  const drained = life.dispatcher.drain(0);
  // The jobs in flight are given up at a tick.
  life.dispatcher.tick();
  await drained;
  life.stop.abort();
  await life.verifier.drain(0);
}

/** As a validator stops. */
export async function end(life: Process): Promise<void> {
  await stop(life);
  await life.store.close();
}
