import { parentPort } from "node:worker_threads";
import { Cadical } from "cadical-wasm";
import { causeText } from "../../core/problems/assayError.ts";

/** The number of variables in the header: the model includes those that no clause names. */
function variablesOf(cnf: string): number {
  return Number(/^p\s+cnf\s+(\d+)/m.exec(cnf)?.[1] ?? 0);
}

async function solve(cnf: string): Promise<Uint8Array | null> {
  const solver = await Cadical.create({ quiet: true });
  try {
    solver.addDimacs(cnf);
    const nVars = variablesOf(cnf);
    if (nVars > 0) solver.ensureVars(nVars);
    const status = solver.solve();
    if (status === "unsatisfiable") return null;
    if (status === "unknown") throw new Error("the solver gave up");
    return Uint8Array.from({ length: nVars }, (_, v) => (solver.value(v + 1) ? 1 : 0));
  } finally {
    solver.dispose();
  }
}

parentPort?.on("message", (cnf: string) => {
  solve(cnf).then(
    (model) => parentPort?.postMessage({ model }),
    (error: unknown) => parentPort?.postMessage({ fault: causeText(error) }),
  );
});
