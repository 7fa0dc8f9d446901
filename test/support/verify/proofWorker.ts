import { appendFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { Verdict } from "../../../src/flow/verdict.ts";
import { serveTasks } from "../../../src/pool/serve.ts";

/** Where a worker notes each batch that it was given: a line of answers. */
export interface ProofWorkerData {
  readonly journal: string;
}

const { journal } = workerData as ProofWorkerData;

/** An answer's first word says what becomes of it: valid, wrong, missing, throw, hang or exit. */
function verdictOf(answer: string): Verdict {
  switch (answer.split(" ", 1)[0]) {
    case "valid":
      return { outcome: "valid" };
    case "wrong":
      return { outcome: "invalid", code: "proof_rejected" };
    case "missing":
      return { outcome: "error", code: "inputs_missing" };
    case "exit":
      process.exit(3);
      break;
    case "hang":
      for (;;);
  }
  throw new Error(`asked to throw: ${answer}`);
}

serveTasks((task) => {
  if (task.kind !== "proofs") throw new Error(`no ${task.kind} here`);
  appendFileSync(journal, `${task.items.map(({ answer }) => answer).join(", ")}\n`);
  return task.items.map(({ answer }) => verdictOf(answer));
});
