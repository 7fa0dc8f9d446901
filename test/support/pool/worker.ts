import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { PoolRequest, TaskRunner } from "../../../src/flow/pool.ts";
import { serveTasks } from "../../../src/pool/serve.ts";

/** What a test worker needs: a file in which it notes what it ran, or null. */
export interface PoolWorkerData {
  readonly journal: string | null;
}

const { journal } = workerData as PoolWorkerData;

function note(line: string): void {
  if (journal !== null) appendFileSync(journal, `${line}\n`);
}

function hang(): never {
  for (;;);
}

/** A task's text says what becomes of it: valid, wrong, throw, hang, exit, exit-once, memory, spin; then any tag. */
function behave(text: string): "valid" | "wrong" {
  note(text);
  const word = text.split(" ", 1)[0];
  if (word === "throw") throw new Error(`asked to throw: ${text}`);
  if (word === "hang") hang();
  if (word === "exit") process.exit(3);
  if (word === "exit-once" && journal !== null && !existsSync(`${journal}.exited`)) {
    writeFileSync(`${journal}.exited`, "");
    process.exit(3);
  }
  if (word === "memory") {
    const eaten: number[][] = [];
    for (;;) eaten.push(new Array(100_000).fill(eaten.length));
  }
  return word === "wrong" ? "wrong" : "valid";
}

const run: TaskRunner = (task: PoolRequest) => {
  switch (task.kind) {
    case "check": {
      const outcome = behave(Buffer.from(task.answer.bytes).toString());
      return outcome === "valid"
        ? { outcome: "valid" }
        : { outcome: "invalid", code: "solution_unsatisfied" };
    }
    case "signature":
    case "claim":
      note(task.kind);
      return task.message.every((byte, i) => byte === task.signature[i]);
    case "proofs":
      return task.items.map(({ answer }) =>
        behave(answer) === "valid" ? { outcome: "valid" } : { outcome: "invalid", code: "proof_rejected" },
      );
    case "render":
      return behave(task.lane);
    case "index":
      return task.secret.slice(0, 4);
  }
};

serveTasks(run);
