import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { parseFraction } from "../../../../src/core/fraction.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import { makeGroth16Lane } from "../../../../src/lanes/groth16/lane.ts";
import { cheatProver } from "../../../../src/miner/push/cheatProver.ts";
import type { ProofAnswer, Prover } from "../../../../src/miner/push/prover.ts";
import { circuitsHome, SnarkProver } from "../../../../src/miner/push/snarkProver.ts";
import { answerOf } from "../../../support/miner/push/prover.ts";
import { problemOf } from "../../../support/thrown.ts";

const never = new AbortController().signal;
const rate = parseFraction("1") ?? assert.fail();
const keyFile = join(circuitsHome, "hash-chain/verification_key.json");
const lane = makeGroth16Lane({
  policy: { rate, penalty: "strike", maxAttempts: 1, share: 1 },
  circuits: [
    {
      id: "hash-chain",
      file: keyFile,
      verificationKey: JSON.parse(readFileSync(keyFile, "utf8")),
      publicInputs: ["x"],
      benchmark: true,
    },
  ],
});
await lane.prepare();

/** What the validator finds of answers to inputs. */
function outcomes(items: readonly (readonly [x: string, answer: ProofAnswer])[]): string[] {
  const checks = items.map(([x, answer]) => ({ input: { x }, answer: JSON.stringify(answer) }));
  return lane.check("hash-chain", checks, systemRandom.bytes).map(({ outcome }) => outcome);
}

const folder = mkdtempSync(join(tmpdir(), "assay-prover-"));
after(() => rmSync(folder, { recursive: true }));

function proverOf(t: TestContext, more: { threads?: number; circuitsDir?: string; engine?: string } = {}) {
  const prover = new SnarkProver({ threads: 1, ...more });
  t.after(() => prover.close());
  return prover;
}

describe("the prover", () => {
  it("proves what the lane then finds valid, several at once in several threads", async (t) => {
    const prover = proverOf(t, { threads: 2 });
    await prover.ready();
    const xs = ["3", "4", "21888242871839275222246405745257275088548364400416034343698204186575808495616"];
    const answers = await Promise.all(xs.map((x) => prover.prove("hash-chain", { x }, never)));
    assert.deepEqual(outcomes(xs.map((x, i) => [x, answers[i] ?? assert.fail()])), [
      "valid",
      "valid",
      "valid",
    ]);
    const swapped = outcomes([["4", answers[0] ?? assert.fail()]]);
    assert.deepEqual(swapped, ["invalid"]);
  });

  it("is not ready when the engine is missing", async (t) => {
    const prover = proverOf(t, { engine: "no-such-engine" });
    assert.equal((await problemOf(() => prover.ready())).code, "failed");
  });

  it("rejects an input that the circuit does not have, and goes on", async (t) => {
    const prover = proverOf(t);
    for (const input of [{ y: "1" }, { x: "not a number" }, { x: ["1", "2"] }])
      assert.equal((await problemOf(() => prover.prove("hash-chain", input, never))).code, "failed");
    assert.equal((await prover.prove("hash-chain", { x: "7" }, never)).publicSignals.at(-1), "7");
  });

  it("takes a kind for the name of a circuit and never for a path", async (t) => {
    const inside = join(folder, "circuits");
    for (const [place, files] of [
      [join(inside, "whole"), ["whole.wasm", "whole.zkey"]],
      [join(inside, "half"), ["half.wasm"]],
      [join(folder, "outside"), ["outside.wasm", "outside.zkey"]],
    ] as const) {
      mkdirSync(place, { recursive: true });
      for (const file of files)
        copyFileSync(join(circuitsHome, "hash-chain", `hash-chain.${file.slice(-4)}`), join(place, file));
    }
    const prover = proverOf(t, { circuitsDir: inside });
    assert.equal(prover.has("whole"), true);
    for (const kind of ["half", "../outside", "outside", "", ".", "..", "whole/../whole", "WHOLE"])
      assert.equal(prover.has(kind), false, kind);
    assert.equal((await problemOf(() => prover.prove("../outside", { x: "1" }, never))).code, "failed");
    assert.equal((await prover.prove("whole", { x: "5" }, never)).publicSignals.at(-1), "5");
  });

  it("stops when it is told to, and proves the next thing in a thread that works", async (t) => {
    const prover = proverOf(t);
    await prover.ready();
    const stop = new AbortController();
    const reason = new Error("enough");
    const proving = prover.prove("hash-chain", { x: "3" }, stop.signal);
    const waiting = prover.prove("hash-chain", { x: "4" }, never);
    setImmediate(() => stop.abort(reason));
    await assert.rejects(proving, reason);
    assert.equal((await waiting).publicSignals.at(-1), "4");
    await assert.rejects(prover.prove("hash-chain", { x: "3" }, stop.signal), reason);
  });

  it("ends its threads, and what is being proved rejects", async (t) => {
    const prover = proverOf(t);
    await prover.ready();
    const refused = problemOf(() => prover.prove("hash-chain", { x: "3" }, never));
    await new Promise(setImmediate);
    await prover.close();
    assert.equal((await refused).code, "failed");
  });
});

describe("the cheat", () => {
  /** Answers with the input itself, and counts. */
  function honest(): Prover & { proofs: number } {
    const prover = {
      proofs: 0,
      has: () => true,
      prove: async (_kind: string, input: { readonly [name: string]: unknown }) => {
        prover.proofs++;
        return answerOf(String(input.x));
      },
      close: async () => {},
    };
    return prover;
  }

  it("fakes every n-th answer, in turn with an old one and with a changed one", async () => {
    const inner = honest();
    const cheat = cheatProver(inner, 2);
    const signals: string[] = [];
    for (let x = 100; x < 110; x++) {
      const answer = await cheat.prove("hash-chain", { x: String(x) }, never);
      signals.push(answer.publicSignals[0] ?? "");
    }
    assert.deepEqual(signals, ["100", "101", "100", "103", "105", "105", "100", "107", "109", "109"]);
    assert.equal(inner.proofs, 8, "the old ones cost nothing");
  });

  it("is honest about a kind of which it has nothing to repeat", async () => {
    const cheat = cheatProver(honest(), 1);
    assert.deepEqual((await cheat.prove("a", { x: "1" }, never)).publicSignals, ["1"]);
    assert.deepEqual((await cheat.prove("b", { x: "2" }, never)).publicSignals, ["2"]);
    assert.deepEqual((await cheat.prove("a", { x: "3" }, never)).publicSignals, ["1"]);
  });

  it("makes answers that the lane finds invalid", async (t) => {
    const cheat = cheatProver(proverOf(t), 1);
    const xs = ["3", "4", "5"];
    const found: string[] = [];
    for (const x of xs) found.push(...outcomes([[x, await cheat.prove("hash-chain", { x }, never)]]));
    assert.deepEqual(found, ["valid", "invalid", "invalid"]);
  });
});
