import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, describe, it } from "node:test";
import { cheatCode, type JobCheck } from "../../../src/flow/lane.ts";
import type { Verdict } from "../../../src/flow/verdict.ts";
import { checkAnswer } from "../../../src/lanes/sat/check.ts";
import { generate } from "../../../src/lanes/sat/generate.ts";
import { encodeBitset, literalsOf, renderSolution } from "../../../src/lanes/sat/solution.ts";
import { answerOf } from "../../support/dispatch/link.ts";
import { proveLane, World } from "../../support/dispatch/world.ts";
import { type AnswerJson, AnswerWorld } from "../../support/lanes/groth16/answers.ts";
import { jacobian1, jacobian2, P, twistJson, twistPoint } from "../../support/lanes/groth16/twist.ts";

interface Cost {
  readonly follows: "accepted" | "refused" | "rejected" | "strikes";
  readonly code: string;
}

const ofVerdict = (verdict: Verdict | undefined): Cost => {
  if (verdict === undefined || verdict.outcome === "error") return assert.fail("no verdict");
  if (verdict.outcome === "valid") return { follows: "accepted", code: "-" };
  const follows = cheatCode("strike", verdict) === null ? "rejected" : "strikes";
  return { follows, code: `\`${verdict.code}\`` };
};

const world = new AnswerWorld();
before(() => world.lane.prepare());
const good = world.good(1);
const { proof, publicSignals } = JSON.parse(good.answer) as AnswerJson;

const proved = (item: JobCheck): Cost => ofVerdict(world.one(item));
const said = (answer: unknown): Cost =>
  proved({ ...good, answer: typeof answer === "string" ? answer : JSON.stringify(answer) });
const changed = (change: (answer: AnswerJson) => void): Cost => proved(world.changed(good, change));
const all = (costs: readonly Cost[]): Cost => {
  const [first = assert.fail("none")] = costs;
  for (const cost of costs) assert.deepEqual(cost, first);
  return first;
};
const numbers = (form: (text: string) => unknown): Cost =>
  changed((answer) => {
    answer.proof.pi_a[0] = form(answer.proof.pi_a[0] ?? "") as string;
    answer.proof.pi_b[1] = (answer.proof.pi_b[1] ?? []).map(form) as string[];
    answer.publicSignals = answer.publicSignals.map(form) as string[];
  });

/** The bound of the lane, as the dispatcher applies it to answers that nobody would read. */
async function tooLong(): Promise<Cost> {
  const cost = async (size: number): Promise<string> => {
    const { answerMaxBytes = assert.fail("no bound") } = world.lane;
    const jobs = new World({ lanes: [proveLane("prove", { answerMaxBytes })] });
    const link = await jobs.join("m");
    assert.equal(link.answer(undefined, { ...answerOf("{}"), size }), null);
    await jobs.settle();
    return jobs.metrics.get("assay_dispatch_ended_total", { end: "handler_error" }) === 1
      ? "refused"
      : "taken";
  };
  assert.equal(await cost(65_536), "taken");
  assert.equal(await cost(65_537), "refused");
  const padded = good.answer + " ".repeat(65_536 - good.answer.length);
  assert.equal(said(padded).follows, "accepted", "all that is taken is read");
  return { follows: "refused", code: "`handler_error`" };
}

// Ten variables, so that a bitset has spare bits.
const instance = generate({ seed: 7n, vars: 10, clauses: 20, method: "biased" });
const literals = literalsOf(instance.model);
const solved = (text: string): Cost =>
  ofVerdict(checkAnswer(instance, { encoding: "text", bytes: Buffer.from(text) }));
const bits = (bytes: Uint8Array): Cost => ofVerdict(checkAnswer(instance, { encoding: "bitset", bytes }));
const values = (given: readonly (number | string)[]): string => `s SATISFIABLE\nv ${given.join(" ")} 0\n`;
const bitset = encodeBitset(instance.model);
const wrong = instance.model.map((value) => 1 - value);
/** Variables that no clause needs: each alone can be left out. */
const spareVariable = literals.findIndex(
  (_, at) => solved(values(literals.filter((_one, index) => index !== at))).follows === "rejected",
);

const rows: Readonly<Record<string, () => Cost | Promise<Cost>>> = {
  "groth16: a true proof as snarkjs writes it": () => proved(good),
  "groth16: no `protocol` and no `curve`": () => {
    const { pi_a, pi_b, pi_c } = proof;
    return said({ proof: { pi_a, pi_b, pi_c }, publicSignals });
  },
  "groth16: any other text as `protocol` or `curve`: the circuit decides both": () =>
    all(
      ["bn128", "BN128", "bn254", "BN254", "bn256", "alt_bn128", "bls12381", ""].flatMap((label) => [
        said({ proof: { ...proof, curve: label }, publicSignals }),
        said({ proof: { ...proof, protocol: label }, publicSignals }),
        said({ proof: { ...proof, protocol: "Groth16", curve: label }, publicSignals }),
      ]),
    ),
  "groth16: other members, members in another order, white space": () =>
    all([
      said({ time: 1, publicSignals, proof: { note: ["x"], ...proof }, scheme: "g16" }),
      said({ publicSignals, proof: { pi_c: proof.pi_c, pi_b: proof.pi_b, pi_a: proof.pi_a } }),
      said(JSON.stringify({ proof, publicSignals }, null, 4).replaceAll("\n", "\r\n")),
    ]),
  "groth16: signals as `public_signals`": () => said({ proof, public_signals: publicSignals }),
  "groth16: signals under both names: `publicSignals` counts": () =>
    all([
      said({ proof, publicSignals, public_signals: publicSignals }),
      said({ proof, publicSignals, public_signals: [] }),
    ]),
  "groth16: a number with leading zeros, a plus sign or white space around it": () =>
    all([numbers((text) => `000${text}`), numbers((text) => `+${text}`), numbers((text) => ` ${text}\n`)]),
  "groth16: a number in hexadecimal with `0x`": () =>
    all([
      numbers((text) => `0x${BigInt(text).toString(16)}`),
      numbers((text) => `0X00${BigInt(text).toString(16).toUpperCase()}`),
    ]),
  "groth16: a JSON number up to 2^53 - 1": () =>
    changed((answer) => {
      answer.proof.pi_a[2] = 1 as unknown as string;
      answer.proof.pi_b[2] = [1, 0] as unknown as string[];
    }),
  "groth16: a point without its third coordinate": () =>
    changed((answer) => {
      for (const point of [answer.proof.pi_a, answer.proof.pi_b, answer.proof.pi_c]) point.pop();
    }),
  "groth16: a point with another third coordinate z, as (x / z^2, y / z^3)": () =>
    all(
      [2n, 12_345_678_901_234_567_890n, P - 1n].map((z) =>
        changed((answer) => {
          answer.proof.pi_a = jacobian1(answer.proof.pi_a, z);
          answer.proof.pi_b = jacobian2(answer.proof.pi_b, z);
          answer.proof.pi_c = jacobian1(answer.proof.pi_c, z);
        }),
      ),
    ),
  "groth16: more than 64 KiB": tooLong,
  "groth16: no JSON object, no proof or no signals": () =>
    all([
      said("no JSON"),
      said("[]"),
      said(""),
      said({ proof }),
      said({ publicSignals }),
      said({ ...proof, publicSignals }),
    ]),
  "groth16: a point of another shape": () =>
    all([
      changed((answer) => answer.proof.pi_a.push("1")),
      changed((answer) => Object.assign(answer.proof, { pi_b: answer.proof.pi_b.flat() })),
      changed((answer) => answer.proof.pi_b[0]?.pop()),
      changed((answer) => Object.assign(answer.proof, { pi_c: [answer.proof.pi_c, [], []] })),
    ]),
  "groth16: a JSON number that is not natural, or not read exactly": () =>
    all([0.5, -1, 2 ** 53, 1e300].map((form) => numbers(() => form))),
  "groth16: a text that is not a natural number": () =>
    all(["-1", "1.0", "1e3", "0b1", "1_0", "", "0x", "x", "1 1"].map((form) => numbers(() => form))),
  "groth16: a number that is not below its modulus": () =>
    all([numbers((text) => String(BigInt(text) + P)), numbers(() => String(P))]),
  "groth16: a point that is not on the curve": () =>
    changed((answer) => {
      answer.proof.pi_a[0] = "5";
    }),
  "groth16: `pi_b` outside of the subgroup": () =>
    changed((answer) => {
      answer.proof.pi_b = twistJson(twistPoint(1));
    }),
  "groth16: a point at infinity": () =>
    all([
      changed((answer) => {
        answer.proof.pi_a[2] = "0";
      }),
      changed((answer) => {
        answer.proof.pi_b[2] = ["0", "00"];
      }),
    ]),
  "groth16: more or fewer signals than the circuit has": () =>
    all([
      changed((answer) => answer.publicSignals.pop()),
      changed((answer) => answer.publicSignals.push("1")),
    ]),
  "groth16: other inputs than the job asked for": () =>
    changed((answer) => {
      answer.publicSignals[1] = "5";
    }),
  "groth16: a proof that does not verify": () => proved(world.falsified(good)),
  "sat: a solution as DIMACS text or bitset": () =>
    all([solved(renderSolution(instance.model)), bits(bitset)]),
  "sat: comments, blank lines, white space, values over many lines, zeros anywhere": () =>
    solved(`c hello\n\r\n  s  SATISFIABLE \r\n${literals.map((one) => `v\t${one}  0`).join("\r\n")}`),
  "sat: a solution without an `s` line": () => solved(`v ${literals.join(" ")} 0`),
  "sat: a solution under another status": () => solved(`s DONE\nv ${literals.join(" ")} 0`),
  "sat: a solution under UNSATISFIABLE": () => solved(`s UNSATISFIABLE\nv ${literals.join(" ")} 0`),
  "sat: some variables without a value, every clause satisfied by the others": () =>
    solved(values(literals.filter((_, at) => at !== spareVariable))),
  "sat: a bitset of a solution with spare bits set": () =>
    bits(Uint8Array.from([bitset[0] ?? 0, (bitset[1] ?? 0) | 4])),
  "sat: a bitset of a solution with further bytes": () => bits(Uint8Array.from([...bitset, 0])),
  "sat: no text": () => all([solved(""), solved(" \n")]),
  "sat: a status without a solution": () => solved("s UNKNOWN\n"),
  "sat: some variables without a value, a clause not satisfied": () =>
    all([solved(values([])), solved(values(literalsOf(wrong).slice(1)))]),
  "sat: a literal that is no integer": () => solved(values([...literals, "x"])),
  "sat: a literal of no variable": () => solved(values([...literals, 11])),
  "sat: a variable with both values": () => solved(values([...literals, -(literals[0] ?? 0)])),
  "sat: a bitset that is too short": () => bits(bitset.subarray(1)),
  "sat: a clause that is not satisfied": () =>
    all([solved(renderSolution(wrong)), bits(encodeBitset(wrong))]),
};

/** The rows of the table in the document, by lane and answer. */
function documented(): Map<string, Cost> {
  const text = readFileSync(join(resolve(import.meta.dirname, "../../.."), "docs/lanes.md"), "utf8");
  const [, section = ""] = text.split("## What an answer costs\n");
  const [table = ""] = section.split("\n## ");
  const lines = table
    .split("\n")
    .filter((line) => line.startsWith("| groth16 ") || line.startsWith("| sat "));
  return new Map(
    lines.map((line) => {
      const [lane, answer, follows, code] = line.slice(2, -2).split(" | ");
      return [`${lane}: ${answer}`, { follows: follows as Cost["follows"], code: code ?? "" }];
    }),
  );
}

describe("what an answer costs", () => {
  const table = documented();

  it("is tested for each row of docs/lanes.md, and for no other", () => {
    assert.deepEqual(Object.keys(rows).sort(), [...table.keys()].sort());
  });

  for (const [row, cost] of Object.entries(rows))
    it(row, async () => assert.deepEqual(await cost(), table.get(row)));
});
