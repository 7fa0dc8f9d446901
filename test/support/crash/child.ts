import { mkdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../invariants/facts.ts";
import { openDirectStore } from "./directStore.ts";
import { DiskTrace } from "./diskTrace.ts";
import { Outside } from "./outside.ts";
import { patchFiles } from "./patches.ts";
import { play } from "./play.ts";

// A process that plays the scenario over a folder that is there, and kills itself at a moment: `DIR SEED MOMENT`. It says what was seen
// of it, one JSON text per line, before anything else happens; `MOMENT` 0 plays to the end and says how many moments there are.
const [dir = "", seed = "", last = ""] = process.argv.slice(2);
// Before anything is patched.
const say = writeSync;

let moments = 0;
const passed = (): void => {
  if (++moments === Number(last)) process.kill(process.pid, "SIGKILL");
};
const tell = (what: object): void => {
  say(1, `${JSON.stringify(what)}\n`);
};

class ToldOutside extends Outside {
  override note(fact: Fact): void {
    super.note(fact);
    tell({ fact });
  }
}

mkdirSync(dir, { recursive: true });
const trace = new DiskTrace(dir, passed);
const outside = new ToldOutside(
  { seed: Number(seed), life: "first" },
  { passed: (label) => trace.moment(label) },
);
await patchFiles(trace, (work) => outside.time.aside(work));
outside.time.install();
const openStore = async () => openDirectStore(join(dir, "assay.db"), outside.time);
await play({ dir, openStore }, outside, 0, (step) => tell({ step }));
tell({ moments });
process.exit();
