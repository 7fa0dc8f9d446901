import { join } from "node:path";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { compared, toServer } from "../../store/copying.ts";
import { end, play } from "../play.ts";
import type { Process } from "../process.ts";
import { steps } from "../steps.ts";
import type { Life } from "./life.ts";

/** What a process does from its start to its end: it copies the records of a folder to the server, or plays one step of the scenario. */
export interface Stage {
  readonly name: string;
  /** Of the scenario; null before it. */
  readonly step: number | null;
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
  step: null,
  run: async (life) => {
    await copyTo(life);
    return null;
  },
};

const last = steps.length - 1;

const playing = (name: string, step: number): Stage => ({
  ...{ name, step },
  run: async (life) => {
    const process = await play(
      life.place(),
      life.outside,
      step,
      () => {},
      async () => {},
      step + 1,
    );
    if (process === null || step === last) return process;
    await life.outside.time.during(end(process), () => life.outside.isDead);
    return process;
  },
});

export const stages: readonly Stage[] = [copying, ...steps.map(({ name }, step) => playing(name, step))];
