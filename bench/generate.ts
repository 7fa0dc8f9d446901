import { renderCnf } from "../src/lanes/sat/dimacs.ts";
import { generate, type Method } from "../src/lanes/sat/generate.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { compareUs } from "./timed.ts";

const COUNT = 100;
const shape = { vars: 400, clauses: 1704 };

const make = (method: Method) => (call: number) =>
  generate({ seed: 0x1234_5678_9abc_def0n + BigInt(call), ...shape, method });

/** One instance of n = 400, m = 1704 from its seed; `instance_ms` is the slower of the two methods. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  options.progress("instances of both methods");
  const instance = generate({ seed: 1n, ...shape, method: "ajm" });
  const { biased, ajm, render } = compareUs(COUNT, {
    biased: make("biased"),
    ajm: make("ajm"),
    render: () => Buffer.from(renderCnf(instance)),
  });
  const slower = Math.max(biased, ajm);
  return {
    bench: "generate",
    figures: {
      instance_ms: round(slower / 1000, 4),
      biased_ms: round(biased / 1000, 4),
      ajm_ms: round(ajm / 1000, 4),
      render_ms: round(render / 1000, 4),
    },
    ratios: { ajm_to_biased: round(ajm / biased), render_to_instance: round(render / slower) },
    machine: machine(),
  };
}
