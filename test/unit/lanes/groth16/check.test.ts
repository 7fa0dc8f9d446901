import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { JobCheck, JobInput } from "../../../../src/flow/lane.ts";
import { makeGroth16Lane } from "../../../../src/lanes/groth16/lane.ts";
import { loadPoints } from "../../../../src/lanes/groth16/load.ts";
import { R } from "../../../../src/lanes/groth16/numbers.ts";
import {
  type AnswerJson,
  AnswerWorld,
  policy,
  random,
  rejected,
  valid,
} from "../../../support/lanes/groth16/answers.ts";
import { g1Json, makeTrapdoor } from "../../../support/lanes/groth16/trapdoor.ts";
import { P, plus, smallPoint, twistJson, twistOf, twistPoint } from "../../../support/lanes/groth16/twist.ts";

const world = new AnswerWorld();
const base = world.good(1);
before(() => world.lane.prepare());

const changed = (change: (answer: AnswerJson) => void): JobCheck => world.changed(base, change);
const answered = (answer: string): JobCheck => ({ ...base, answer });
const add = (text: string | undefined, value: bigint): string => String(BigInt(text ?? "") + value);

describe("an answer", () => {
  it("is valid when its proof is true", () => {
    assert.deepEqual(world.one(base), valid);
  });

  it("may leave out protocol and curve, and call its signals public_signals", () => {
    const { proof, publicSignals } = JSON.parse(base.answer) as AnswerJson;
    const { pi_a, pi_b, pi_c } = proof;
    const answer = JSON.stringify({ public_signals: publicSignals, proof: { pi_c, pi_b, pi_a } });
    assert.deepEqual(world.one(answered(answer)), valid);
  });

  it("may take 64 KiB and not a byte more", () => {
    const room = 65_536 - base.answer.length;
    assert.deepEqual(world.one(answered(base.answer + " ".repeat(room))), valid);
    const inUtf8 = base.answer.replace("{", `{"note":"${"\u00e9".repeat((room - 10) / 2 - 1)}",`);
    for (const answer of [base.answer + " ".repeat(room + 1), inUtf8 + " ".repeat(20)])
      assert.deepEqual(world.one(answered(answer)), { outcome: "invalid", code: "proof_malformed" });
    assert.deepEqual(world.one(answered(inUtf8)), valid);
  });

  const wrong: readonly [string, string, JobCheck][] = [
    ["proof_malformed", "no text", answered("")],
    ["proof_malformed", "no JSON", answered("{")],
    ["proof_malformed", "null", answered("null")],
    ["proof_malformed", "a list", answered("[]")],
    ["proof_malformed", "deep nesting", answered("[".repeat(32_000) + "]".repeat(32_000))],
    ["proof_malformed", "deep objects", answered(`${'{"proof":'.repeat(7000)}1${"}".repeat(7000)}`)],
    ["proof_malformed", "10 MB", answered(`{"proof":${"9".repeat(10_000_000)}}`)],
    ["proof_malformed", "a proof in a prototype", answered(`{"__proto__":${base.answer}}`)],
    ["proof_malformed", "no signals", changed((answer) => Reflect.deleteProperty(answer, "publicSignals"))],
    ["proof_malformed", "no proof", changed((answer) => Reflect.deleteProperty(answer, "proof"))],
    ["proof_malformed", "no pi_b", changed(({ proof }) => Reflect.deleteProperty(proof, "pi_b"))],
    ["proof_malformed", "a point with one coordinate", changed(({ proof }) => proof.pi_a.splice(1))],
    ["proof_malformed", "a point with four coordinates", changed(({ proof }) => proof.pi_a.push("1"))],
    ["proof_malformed", "a flat pi_b", changed(({ proof }) => Object.assign(proof, { pi_b: proof.pi_a }))],
    ["proof_malformed", "half a coordinate", changed(({ proof }) => proof.pi_b[1]?.pop())],
    [
      "proof_point_not_on_curve",
      "a third coordinate that makes it another point",
      changed(({ proof }) => {
        proof.pi_a[2] = "2";
      }),
    ],
    [
      "proof_point_not_on_curve",
      "a third coordinate that makes pi_b another point",
      changed(({ proof }) => {
        proof.pi_b[2] = ["1", "1"];
      }),
    ],
    [
      "proof_malformed",
      "a JSON number that is not read exactly",
      changed(({ publicSignals }) => Object.assign(publicSignals, { 0: 2 ** 53 })),
    ],
    [
      "proof_malformed",
      "a truth value",
      changed(({ publicSignals }) => Object.assign(publicSignals, { 0: true })),
    ],
    [
      "proof_rejected",
      "a JSON number that is another output",
      changed(({ publicSignals }) => Object.assign(publicSignals, { 0: 7 })),
    ],
    [
      "proof_number_not_canonical",
      "a sign",
      changed(({ proof }) => {
        proof.pi_a[0] = `-${proof.pi_a[0]}`;
      }),
    ],
    [
      "proof_number_not_canonical",
      "79 digits",
      changed(({ proof }) => {
        proof.pi_c[1] = "1".repeat(79);
      }),
    ],
    [
      "proof_number_out_of_range",
      "78 digits",
      changed(({ proof }) => {
        proof.pi_c[1] = "1".repeat(78);
      }),
    ],
    [
      "proof_number_out_of_range",
      "p more",
      changed(({ proof }) => {
        proof.pi_a[1] = add(proof.pi_a[1], P);
      }),
    ],
    [
      "proof_number_out_of_range",
      "p itself",
      changed(({ proof }) => {
        proof.pi_b[0] = [String(P), "0"];
      }),
    ],
    [
      "proof_number_out_of_range",
      "r more in a signal",
      changed(({ publicSignals }) => {
        publicSignals[2] = add(publicSignals[2], R);
      }),
    ],
    [
      "proof_point_not_on_curve",
      "p - 1, the largest coordinate",
      changed(({ proof }) => {
        proof.pi_a[0] = String(P - 1n);
      }),
    ],
    [
      "proof_point_not_on_curve",
      "x and y of zero",
      changed(({ proof }) => {
        proof.pi_c = ["0", "0", "1"];
      }),
    ],
    [
      "proof_point_not_on_curve",
      "pi_b off the twist",
      changed(({ proof }) => {
        proof.pi_b[1]?.reverse();
      }),
    ],
    [
      "proof_point_not_in_subgroup",
      "pi_b elsewhere on the twist",
      changed(({ proof }) => {
        proof.pi_b = twistJson(twistPoint(1));
      }),
    ],
    [
      "proof_point_not_in_subgroup",
      // To the pairing it is the same as the true one: the equation itself would hold.
      "pi_b with a point of small order added",
      changed(({ proof }) => {
        proof.pi_b = twistJson(plus(twistOf(proof.pi_b), smallPoint(1)));
      }),
    ],
    [
      "proof_point_at_infinity",
      "pi_a at infinity",
      changed(({ proof }) => {
        proof.pi_a = ["0", "1", "0"];
      }),
    ],
    [
      "proof_point_at_infinity",
      "pi_b at infinity",
      changed(({ proof }) => {
        proof.pi_b[2] = ["0", "0"];
      }),
    ],
    ["proof_signals_wrong_length", "a signal too few", changed(({ publicSignals }) => publicSignals.shift())],
    [
      "proof_signals_wrong_length",
      "a signal too many",
      changed(({ publicSignals }) => publicSignals.unshift("1")),
    ],
    [
      "proof_signals_not_bound",
      "another input",
      changed(({ publicSignals }) => {
        publicSignals[1] = "5";
      }),
    ],
    [
      "proof_signals_not_bound",
      "the last element of a list",
      changed(({ publicSignals }) => {
        publicSignals[3] = "5";
      }),
    ],
    [
      "proof_rejected",
      "another output",
      changed(({ publicSignals }) => {
        publicSignals[0] = "5";
      }),
    ],
    [
      "proof_rejected",
      "the largest output",
      changed(({ publicSignals }) => {
        publicSignals[0] = String(R - 1n);
      }),
    ],
    [
      "proof_rejected",
      "pi_a negated",
      changed(({ proof }) => {
        proof.pi_a[1] = String(P - BigInt(proof.pi_a[1] ?? ""));
      }),
    ],
  ];
  for (const [code, what, item] of wrong)
    it(`with ${what} is ${code}`, () => {
      assert.deepEqual(world.one(item), { outcome: "invalid", code });
    });

  it("that is true for other inputs is not bound to these", () => {
    assert.deepEqual(world.one({ input: world.good(2).input, answer: base.answer }), {
      outcome: "invalid",
      code: "proof_signals_not_bound",
    });
  });

  const { x = "", y = [] } = base.input;
  const inputs: Readonly<Record<string, JobInput>> = {
    "no inputs": {},
    "an input missing": { x },
    "a list for an element": { x: [String(x)], y },
    "an element for a list": { x, y: y[0] ?? "" },
    "a shorter list": { x, y: y.slice(1) },
    "a number that is not canonical": { x: `0${x}`, y },
    "inputs of a prototype": Object.create(base.input) as JobInput,
  };
  for (const [what, input] of Object.entries(inputs))
    it(`is never verified with ${what} to ask for`, () => {
      for (const { answer } of [base, answered("{")])
        assert.deepEqual(world.one({ input, answer }), { outcome: "error", code: "inputs_missing" });
    });
});

describe("answers checked together", () => {
  const goods = world.goods(48, 100);
  const outcomes = (items: readonly JobCheck[], from = random): string =>
    world
      .check(items, from)
      .map(({ outcome }) => outcome[0])
      .join("");

  it("may be none", () => {
    assert.deepEqual(world.check([]), []);
  });

  it("are each found valid or not, whatever their number and wherever the false ones are", () => {
    for (const count of [1, 2, 3, 4, 5, 6]) {
      for (let pattern = 0; pattern < 2 ** count; pattern++) {
        const isFalse = (index: number): boolean => ((pattern >> index) & 1) === 1;
        const items = goods
          .slice(0, count)
          .map((item, index) => (isFalse(index) ? world.falsified(item) : item));
        const expected = items.map((_, index) => (isFalse(index) ? "i" : "v")).join("");
        assert.equal(outcomes(items), expected);
      }
    }
  });

  it("may be more than are checked at once", () => {
    const bad = new Set([0, 31, 32, 47]);
    const items = goods.map((item, index) => (bad.has(index) ? world.falsified(item) : item));
    assert.equal(outcomes(items), goods.map((_, index) => (bad.has(index) ? "i" : "v")).join(""));
  });

  it("get their own verdicts, in order, when some never come to a pairing", () => {
    const [first, second, third] = goods as [JobCheck, JobCheck, JobCheck];
    const verdicts = world.check([
      { input: {}, answer: first.answer },
      first,
      { ...second, answer: "{" },
      world.falsified(second),
      third,
      { ...first, answer: third.answer },
    ]);
    assert.deepEqual(
      verdicts.map((verdict) => ("code" in verdict ? verdict.code : verdict.outcome)),
      ["inputs_missing", "valid", "proof_malformed", "proof_rejected", "valid", "proof_signals_not_bound"],
    );
  });

  it("may be the same answer many times", () => {
    assert.equal(outcomes(Array.from({ length: 16 }, () => base)), "v".repeat(16));
  });

  it("cannot make up for each other's faults", () => {
    // Faults in pi_c that cancel out when all coefficients are the same.
    const shifted = (item: JobCheck, by: bigint, n: number): JobCheck =>
      world.changed(item, ({ proof }) => {
        const answer = JSON.parse(item.answer) as AnswerJson;
        proof.pi_c = g1Json(world.trapdoor.logC(answer.publicSignals.map(BigInt), n) + by);
      });
    const [first, second, ...rest] = goods.slice(0, 6) as [JobCheck, JobCheck, ...JobCheck[]];
    const items = [shifted(first, 5n, 100), shifted(second, -5n, 101), ...rest];
    const predictable = (count: number): Uint8Array => new Uint8Array(count);
    assert.equal(outcomes(items, predictable), "vvvvvv");
    assert.equal(outcomes(items), "iivvvv");
    // Coefficients that are all the same are poor, but never zero.
    assert.equal(outcomes([world.falsified(first), second, ...rest], predictable), "ivvvvv");
  });

  it("draw 16 bytes a well-formed proof, once, and a single one none", () => {
    const drawn: number[] = [];
    const from = (count: number): Uint8Array => {
      drawn.push(count);
      return random(count);
    };
    world.check([...goods.slice(0, 6), answered("{"), world.falsified(base)], from);
    assert.deepEqual(drawn, [7 * 16]);
    world.check([base], from);
    assert.deepEqual(drawn, [7 * 16]);
    assert.throws(() => world.check(goods.slice(0, 2), () => new Uint8Array(31)), RangeError);
  });

  it("take one final exponentiation when true, and seven to find the one of 16 that is false", async () => {
    const { mcl } = (await loadPoints()).engine;
    const { _mclBn_finalExp: finalExp } = mcl;
    let count = 0;
    mcl._mclBn_finalExp = (z, x) => {
      count++;
      finalExp(z, x);
    };
    const cost = (items: readonly JobCheck[]): number => {
      count = 0;
      world.check(items);
      return count;
    };
    const items = goods.slice(0, 16);
    try {
      assert.equal(cost(items), 1);
      // The whole, the first half of 16 and of 8, and four alone.
      for (let bad = 0; bad < 16; bad++)
        assert.equal(cost(items.map((item, at) => (at === bad ? world.falsified(item) : item))), 7);
      // The whole, the first halves of 16 and of both 8, and all alone: the most that it can be.
      assert.equal(cost(items.map((item) => world.falsified(item))), 20);
    } finally {
      mcl._mclBn_finalExp = finalExp;
    }
  });

  it("leave the engine's memory as it was", async () => {
    const { engine } = await loadPoints();
    const next = (): number => engine.scope(() => engine.fr());
    const before = [next(), engine.mcl.HEAP8.byteLength];
    for (let i = 0; i < 3; i++) world.check([...goods.slice(0, 15), world.falsified(base)]);
    assert.throws(() => world.check(goods.slice(0, 2), () => new Uint8Array(31)));
    assert.deepEqual([next(), engine.mcl.HEAP8.byteLength], before);
  });
});

describe("signals whose sum of points is at infinity", () => {
  const trapdoor = makeTrapdoor("infinity", "infinity", ["x"], 0);
  const [ic0 = 0n, ic1 = 1n] = trapdoor.ic;
  const x = (((R - ic0) % R) * trapdoor.inverse(ic1)) % R;
  const lane = makeGroth16Lane({ policy, circuits: [trapdoor.circuit] });
  const item = (n: number): JobCheck => ({
    input: { x: String(x) },
    answer: trapdoor.prove({ x: String(x) }, n),
  });
  before(() => lane.prepare());

  it("are checked as any others, alone and together", () => {
    assert.deepEqual(lane.check("infinity", [item(0)], random), [valid]);
    assert.deepEqual(lane.check("infinity", [item(0), item(1), item(2)], random), [valid, valid, valid]);
    const wrong = world.changed(item(3), ({ proof }) => {
      proof.pi_c = g1Json(7n);
    });
    assert.deepEqual(lane.check("infinity", [item(0), wrong], random), [valid, rejected]);
  });
});

describe("a circuit with the most signals that fit", () => {
  const trapdoor = makeTrapdoor("wide", "wide", ["x[512]"], 0);
  const lane = makeGroth16Lane({ policy, circuits: [trapdoor.circuit] });
  before(() => lane.prepare());

  it("is checked within the engine's memory", () => {
    const items = Array.from({ length: 32 }, (_, n) => {
      const { input } = lane.accept("wide", { x: new Array(512).fill(String(R - 1n - BigInt(n))) });
      return { input, answer: trapdoor.prove(input, n) };
    });
    const spoilt = items.map((item, n) =>
      n % 9 === 0 ? { ...item, answer: items[n + 1]?.answer ?? "" } : item,
    );
    assert.ok(lane.check("wide", items, random).every(({ outcome }) => outcome === "valid"));
    const verdicts = lane.check("wide", spoilt, random);
    assert.deepEqual(
      verdicts.flatMap(({ outcome }, n) => (outcome === "valid" ? [] : [n])),
      [0, 9, 18, 27],
    );
  });
});
