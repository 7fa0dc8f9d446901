import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Circuit } from "../../../../src/lanes/groth16/circuit.ts";
import { makeGroth16Lane } from "../../../../src/lanes/groth16/lane.ts";
import { AnswerWorld, policy, random, valid } from "../../../support/lanes/groth16/answers.ts";
import { g1Json, g2Json } from "../../../support/lanes/groth16/trapdoor.ts";
import { P, twistJson, twistPoint } from "../../../support/lanes/groth16/twist.ts";
import { problemOf } from "../../../support/thrown.ts";

interface KeyJson {
  [name: string]: unknown;
  vk_alpha_1: string[];
  vk_beta_2: string[][];
  vk_gamma_2: string[][];
  vk_delta_2: string[][];
  IC: string[][];
}

const world = new AnswerWorld();
const good = world.trapdoor.circuit;

function withKey(change: (key: KeyJson) => void): Circuit {
  const key = structuredClone(good.verificationKey) as KeyJson;
  change(key);
  return { ...good, verificationKey: key };
}

const infinity1 = ["0", "1", "0"];
const infinity2 = [
  ["0", "0"],
  ["1", "0"],
  ["0", "0"],
];
const broken: Readonly<Record<string, Circuit>> = {
  "no object": { ...good, verificationKey: "key" },
  "nothing at all": { ...good, verificationKey: undefined },
  "a list": { ...good, verificationKey: [] },
  "another protocol": withKey((key) => {
    key.protocol = "plonk";
  }),
  "no protocol": withKey((key) => {
    delete key.protocol;
  }),
  "another curve": withKey((key) => {
    key.curve = "bls12381";
  }),
  "no count of signals": withKey((key) => {
    delete key.nPublic;
  }),
  "a count that IC denies": withKey((key) => {
    key.nPublic = 5;
  }),
  "a negative count": withKey((key) => {
    key.nPublic = -1;
    key.IC = [];
  }),
  "an IC point too few": withKey((key) => {
    key.IC.pop();
  }),
  "an IC point too many": withKey((key) => {
    key.IC.push(g1Json(5n));
  }),
  "an IC that is no list": withKey((key) => {
    (key as { IC: unknown }).IC = { length: 5 };
  }),
  "fewer signals than inputs": { ...good, publicInputs: ["x[5]"] },
  "more signals than an answer holds": withKey((key) => {
    key.nPublic = 513;
    key.IC = Array.from({ length: 514 }, () => g1Json(3n));
  }),
  "a point that is missing": withKey((key) => {
    delete (key as { vk_beta_2?: unknown }).vk_beta_2;
  }),
  "a number that is not canonical": withKey((key) => {
    key.vk_alpha_1[0] = `-${key.vk_alpha_1[0]}`;
  }),
  "a coordinate from p on": withKey((key) => {
    key.vk_alpha_1[0] = String(BigInt(key.vk_alpha_1[0] ?? "") + P);
  }),
  "alpha off the curve": withKey((key) => {
    key.vk_alpha_1[1] = "5";
  }),
  "alpha at infinity": withKey((key) => {
    key.vk_alpha_1 = infinity1;
  }),
  "an IC point off the curve": withKey((key) => {
    key.IC[2] = ["1", "3", "1"];
  }),
  "an IC point at infinity": withKey((key) => {
    key.IC[1] = infinity1;
  }),
  "beta off the curve": withKey((key) => {
    key.vk_beta_2[0] = ["1", "1"];
  }),
  "beta at infinity": withKey((key) => {
    key.vk_beta_2 = infinity2;
  }),
  "gamma outside of the subgroup": withKey((key) => {
    key.vk_gamma_2 = twistJson(twistPoint(3));
  }),
  "delta outside of the subgroup": withKey((key) => {
    key.vk_delta_2 = twistJson(twistPoint(4));
  }),
  "a set-up that nobody contributed to": withKey((key) => {
    key.vk_delta_2 = key.vk_gamma_2;
  }),
};

describe("a key", () => {
  for (const [what, circuit] of Object.entries(broken))
    it(`is refused with ${what}`, async () => {
      const lane = makeGroth16Lane({ policy, circuits: [circuit] });
      const problem = await problemOf(() => lane.prepare());
      assert.equal(problem.code, "circuit_invalid");
      assert.ok("circuit" in problem);
      assert.deepEqual([problem.circuit, problem.file], [good.id, good.file]);
    });

  it("is named with its fault", async () => {
    const circuit = withKey((key) => {
      key.IC[2] = infinity1;
    });
    const problem = await problemOf(() => makeGroth16Lane({ policy, circuits: [circuit] }).prepare());
    assert.ok("cause_text" in problem);
    assert.equal(problem.cause_text, "IC[2] is the point at infinity");
  });

  it("of one circuit that is refused is refused again; those before it work", async () => {
    const bad = { ...good, id: "bad", verificationKey: null };
    const lane = makeGroth16Lane({ policy, circuits: [good, bad] });
    for (let attempt = 0; attempt < 2; attempt++)
      assert.equal((await problemOf(() => lane.prepare())).code, "circuit_invalid");
    assert.deepEqual(lane.check(good.id, [world.good(1)], random), [valid]);
    assert.throws(() => lane.check("bad", [world.good(1)], random), RangeError);
  });

  it("may have the largest count of signals", async () => {
    const circuit = withKey((key) => {
      key.nPublic = 512;
      key.IC = Array.from({ length: 513 }, (_, index) => g1Json(BigInt(index + 1)));
      key.vk_delta_2 = g2Json(99n);
    });
    await makeGroth16Lane({ policy, circuits: [circuit] }).prepare();
  });
});
