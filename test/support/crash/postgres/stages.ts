import { join } from "node:path";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { compared, toServer } from "../../store/copying.ts";
import { end, play } from "../play.ts";
import type { Process } from "../process.ts";
import { steps } from "../steps.ts";
import type { Life } from "./life.ts";

/** What a process does from its start to its end: it copies the records of a folder to the server, or plays some steps of the scenario. */
export interface Stage {
  readonly name: string;
  readonly isCopy: boolean;
  /** Null once the process ended on the way. */
  run(life: Life): Promise<Process | null>;
}

/** Copies; what was copied whole before is compared. */
export async function copyTo({ dir, url, outside, wire }: Life): Promise<void> {
  const file = join(dir, "assay.db");
  const work = async (): Promise<void> => {
    try {
      const { same } = await toServer(file, url);
      if (!same) throw new Error("the copy differs");
    } catch (error) {
      if (!(error instanceof AssayError) || error.problem.code !== "store_copy_refused") throw error;
      if (!(await compared(file, url)).same) throw error;
    }
  };
  await outside.time.during(
    outside.time.aside(() => wire.over(work)),
    () => outside.isDead,
  );
}

const copying: Stage = {
  name: "migration and copy",
  isCopy: true,
  run: async (life) => {
    await copyTo(life);
    return null;
  },
};

/** Steps of a process: more would make each point dearer, fewer would leave less in its memory. */
const STEPS = 2;

const playing = (from: number): Stage => ({
  name: steps
    .slice(from, from + STEPS)
    .map(({ name }) => name)
    .join(", "),
  isCopy: false,
  run: async (life) => {
    const { outside } = life;
    const begun = (step: number): void => {
      life.step = step;
    };
    const process = await play(life.place(), outside, from, begun, async () => {}, from + STEPS);
    if (process === null || from + STEPS >= steps.length) return process;
    await outside.time.during(end(process), () => outside.isDead);
    return process;
  },
});

export const stages: readonly Stage[] = [
  copying,
  ...Array.from({ length: Math.ceil(steps.length / STEPS) }, (_, i) => playing(i * STEPS)),
];
