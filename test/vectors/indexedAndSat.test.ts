import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseChallengeId } from "../../src/challenge/id.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import { checkAnswer } from "../../src/lanes/sat/check.ts";
import { parseCnf, renderCnf } from "../../src/lanes/sat/dimacs.ts";
import { generate, type Method } from "../../src/lanes/sat/generate.ts";
import { Mersenne } from "../../src/lanes/sat/mersenne.ts";
import { literalsOf } from "../../src/lanes/sat/solution.ts";
import { indexedScheme } from "../support/challenge/indexed.ts";

interface Place {
  hotkey: string;
  epoch: number;
  tier: number;
  seq: number;
  challenge_id: string;
  seed: string;
}

interface LargeInstance extends Place {
  cnf_sha256_biased_n400_m1704: string;
  cnf_bytes_biased: number;
  planted_sha256_biased: string;
  cnf_sha256_ajm_n400_m1704: string;
  cnf_bytes_ajm: number;
  planted_sha256_ajm: string;
  served_method: Method;
  served_cnf_sha256: string;
}

interface SmallInstance extends Place {
  n_vars: number;
  n_clauses: number;
  method: Method;
  cnf_text: string;
  cnf_sha256: string;
  planted: number[];
}

interface Trace {
  seed: string;
  random: string[];
  getrandbits32: number[];
  choice_true_false: boolean[];
  sample_1_400_3: number[][];
  sample_1_12_3: number[][];
  randrange_3: number[];
}

const golden = JSON.parse(readFileSync(new URL("./indexed-and-sat.json", import.meta.url), "utf8")) as {
  secret: string;
  instances: LargeInstance[];
  small_instances: SmallInstance[];
  prng_traces: Trace[];
  solution_verdicts: {
    cnf_text: string;
    cases: { case: string; solution: string; ok: boolean; reason: string | null }[];
  };
};
const { scheme } = indexedScheme(Buffer.from(golden.secret));
for (const list of [
  golden.instances,
  golden.small_instances,
  golden.prng_traces,
  golden.solution_verdicts.cases,
])
  assert.ok(list.length > 0);

for (const place of [...golden.instances, ...golden.small_instances]) {
  const { hotkey, epoch, tier, seq, challenge_id, seed } = place;
  test(`indexed id and seed of tier ${tier}, epoch ${epoch}, seq ${seq}`, async () => {
    assert.deepEqual(scheme.issue(hotkey, epoch, tier, seq), {
      challengeId: challenge_id,
      seed: BigInt(seed),
    });
    const id = parseChallengeId(challenge_id);
    assert.ok(id);
    assert.equal(await scheme.recover(id, hotkey, seq + 1), seq);
    assert.equal(await scheme.recover(id, hotkey, 10_000, { seq }), seq);
  });
}

for (const one of golden.instances) {
  test(`instances of seed ${one.seed}`, () => {
    const made = (method: Method) => {
      const instance = generate({ seed: BigInt(one.seed), vars: 400, clauses: 1704, method });
      const cnf = renderCnf(instance);
      return {
        bytes: cnf.length,
        cnf: sha256Hex(cnf),
        planted: sha256Hex(literalsOf(instance.model).join(",")),
      };
    };
    assert.deepEqual(made("biased"), {
      bytes: one.cnf_bytes_biased,
      cnf: one.cnf_sha256_biased_n400_m1704,
      planted: one.planted_sha256_biased,
    });
    assert.deepEqual(made("ajm"), {
      bytes: one.cnf_bytes_ajm,
      cnf: one.cnf_sha256_ajm_n400_m1704,
      planted: one.planted_sha256_ajm,
    });
    assert.equal(made(one.served_method).cnf, one.served_cnf_sha256);
  });
}

for (const one of golden.small_instances) {
  test(`${one.method} instance of ${one.n_vars} variables`, () => {
    const { n_vars: vars, n_clauses: clauses, method } = one;
    const instance = generate({ seed: BigInt(one.seed), vars, clauses, method });
    assert.equal(renderCnf(instance), one.cnf_text);
    assert.equal(sha256Hex(renderCnf(instance)), one.cnf_sha256);
    assert.deepEqual(literalsOf(instance.model), one.planted);
  });
}

for (const trace of golden.prng_traces) {
  const drawn = <T>(expected: readonly T[], draw: (generator: Mersenne) => unknown) => {
    const generator = new Mersenne(BigInt(trace.seed));
    assert.deepEqual(
      expected.map(() => draw(generator)),
      expected,
    );
  };
  const sample = (size: number) => (generator: Mersenne) => {
    const out = new Int32Array(3);
    generator.sample3(size, out);
    return Array.from(out, (index) => index + 1);
  };
  test(`draws of seed ${trace.seed}`, () => {
    drawn(trace.random.map(Number), (generator) => generator.random());
    drawn(trace.getrandbits32, (generator) => generator.getrandbits(32));
    drawn(trace.choice_true_false, (generator) => generator.randbelow(2) === 0);
    drawn(trace.sample_1_400_3, sample(400));
    drawn(trace.sample_1_12_3, sample(12));
    drawn(trace.randrange_3, (generator) => generator.randbelow(3));
  });
}

const formula = parseCnf(golden.solution_verdicts.cnf_text);
for (const { case: name, solution, ok, reason } of golden.solution_verdicts.cases) {
  test(`solution text: ${name}`, () => {
    const verdict = checkAnswer(formula, { encoding: "text", bytes: Buffer.from(solution) });
    // Whether the answer is spared a strike is no matter of these vectors.
    const { outcome, code } = { code: null, ...verdict };
    assert.deepEqual([outcome, code], ok ? ["valid", null] : ["invalid", reason]);
  });
}
