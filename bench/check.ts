import { checkAnswer, firstUnsatisfied } from "../src/lanes/sat/check.ts";
import { generate } from "../src/lanes/sat/generate.ts";
import { encodeBitset, renderSolution } from "../src/lanes/sat/solution.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { at, compareUs } from "./timed.ts";

const COUNT = 1000;

/** The check of a right answer, of n = 400, m = 1704: the clauses alone, and the answer as it arrives. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  options.progress("checks of right answers");
  const instances = Array.from({ length: 16 }, (_, index) => {
    const instance = generate({ seed: BigInt(index), vars: 400, clauses: 1704, method: "ajm" });
    const bitset = { encoding: "bitset", bytes: encodeBitset(instance.model) } as const;
    const text = { encoding: "text", bytes: Buffer.from(renderSolution(instance.model)) } as const;
    return { instance, bitset, text };
  });
  const check = (call: number, encoding: "bitset" | "text"): void => {
    const one = at(instances, call);
    if (checkAnswer(one.instance, one[encoding]).outcome !== "valid")
      throw new Error("bench: a right answer failed");
  };
  const { witness_us, bitset_us, text_us } = compareUs(COUNT, {
    witness_us: (call) => {
      const { instance } = at(instances, call);
      return firstUnsatisfied(instance, instance.model) < 0;
    },
    bitset_us: (call) => check(call, "bitset"),
    text_us: (call) => check(call, "text"),
  });
  return {
    bench: "check",
    figures: { witness_us: round(witness_us), bitset_us: round(bitset_us), text_us: round(text_us) },
    ratios: {
      bitset_to_witness: round(bitset_us / witness_us),
      text_to_witness: round(text_us / witness_us),
    },
    machine: machine(),
  };
}
