import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import type { JobInput } from "../../src/flow/lane.ts";
import { makeGroth16Lane } from "../../src/lanes/groth16/lane.ts";
import { policy, random, rejected, valid } from "../support/lanes/groth16/answers.ts";
import {
  endSnarkjs,
  hashChain,
  hashChainWasm,
  hashChainZkey,
  loadSnarkjs,
  type SnarkProof,
} from "../support/lanes/groth16/snarkjs.ts";

interface Vectors {
  readonly circuit: string;
  readonly verification_key: unknown;
  readonly proofs: readonly { readonly input: JobInput; readonly answer: SnarkProof }[];
}

const golden = JSON.parse(readFileSync(new URL("./groth16.json", import.meta.url), "utf8")) as Vectors;
const key = golden.verification_key;
const lane = makeGroth16Lane({ policy, circuits: [{ ...hashChain(), verificationKey: key }] });
await lane.prepare();
const { groth16 } = await loadSnarkjs();
after(endSnarkjs);

const items = golden.proofs.map(({ input, answer }) => ({ input, answer: JSON.stringify(answer) }));
const check = (list: typeof items) => lane.check("hash-chain", list, random);

describe("proofs that snarkjs made", () => {
  it("are valid together", () => {
    assert.equal(items.length, 20);
    assert.ok(check(items).every(({ outcome }) => outcome === "valid"));
  });

  it("are valid alone", () => {
    for (const item of items) assert.deepEqual(check([item]), [valid]);
  });

  it("are judged as snarkjs judges them, true or false", async () => {
    for (const [index, { input, answer }] of golden.proofs.slice(0, 4).entries()) {
      const [, x = ""] = answer.publicSignals;
      const output = golden.proofs[index + 1]?.answer.publicSignals[0] ?? "";
      for (const publicSignals of [answer.publicSignals, [output, x]]) {
        const isTrue = await groth16.verify(key, publicSignals, answer.proof);
        const text = JSON.stringify({ ...answer, publicSignals });
        assert.deepEqual(check([{ input, answer: text }]), [isTrue ? valid : rejected]);
        assert.equal(isTrue, publicSignals === answer.publicSignals);
      }
    }
  });
});

describe("the circuit that the repository carries", () => {
  it("has a proving key and a verification key that belong together", async () => {
    const carried = makeGroth16Lane({ policy, circuits: [hashChain()] });
    await carried.prepare();
    const job = carried.issue(1n);
    assert.ok(job);
    const answer = JSON.stringify(await groth16.fullProve(job.input, hashChainWasm, hashChainZkey));
    assert.deepEqual(carried.check(job.kind, [{ input: job.input, answer }], random), [valid]);
  });
});
