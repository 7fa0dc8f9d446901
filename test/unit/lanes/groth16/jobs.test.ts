import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Circuit } from "../../../../src/lanes/groth16/circuit.ts";
import { makeGroth16Lane } from "../../../../src/lanes/groth16/lane.ts";
import { R } from "../../../../src/lanes/groth16/numbers.ts";
import { AnswerWorld, policy, random, rejected } from "../../../support/lanes/groth16/answers.ts";
import { makeTrapdoor } from "../../../support/lanes/groth16/trapdoor.ts";
import { problemOf } from "../../../support/thrown.ts";

const world = new AnswerWorld();
const { lane } = world;
const circuitOf = (id: string, publicInputs: string[], benchmark = true): Circuit => ({
  ...makeTrapdoor("jobs", id, publicInputs, 2).circuit,
  benchmark,
});

describe("the lane", () => {
  it("names its circuits as kinds of work", () => {
    assert.equal(lane.name, "groth16");
    assert.equal(lane.mode, "push");
    assert.deepEqual(lane.kinds, ["made-up"]);
    assert.equal(lane.policy, policy);
    assert.equal(lane.cost, 1 / 8);
  });

  it("takes circuits that crossed to another thread", () => {
    const circuits = structuredClone([world.trapdoor.circuit]);
    assert.deepEqual(makeGroth16Lane({ policy, circuits }).issue(9n), lane.issue(9n));
  });

  for (const [what, publicInputs] of Object.entries({
    "an empty name": [""],
    "a name with a space": ["a b"],
    "a name of 65 characters": ["x".repeat(65)],
    "an empty list": ["x[0]"],
    "a nested list": ["x[2][2]"],
    "a name twice": ["x", "x[2]"],
    "more inputs than an answer can hold": ["x[512]", "y"],
  }))
    it(`refuses ${what}`, async () => {
      const circuit = { ...world.trapdoor.circuit, publicInputs };
      const problem = await problemOf(() => makeGroth16Lane({ policy, circuits: [circuit] }));
      assert.equal(problem.code, "circuit_invalid");
    });

  it("refuses two circuits with one id", async () => {
    const circuits = [world.trapdoor.circuit, world.trapdoor.circuit];
    assert.equal((await problemOf(() => makeGroth16Lane({ policy, circuits }))).code, "circuit_invalid");
  });
});

describe("benchmark jobs", () => {
  it("follow from the seed", () => {
    assert.deepEqual(lane.issue(7n), lane.issue(7n));
    assert.notDeepEqual(lane.issue(7n), lane.issue(8n));
  });

  it("have every input as canonical numbers below r, all different", () => {
    const seen = new Set<string>();
    for (let seed = 0n; seed < 200n; seed++) {
      const { x, y } = lane.issue(seed)?.input ?? {};
      for (const text of [x, ...(y ?? [])]) {
        assert.ok(typeof text === "string" && String(BigInt(text)) === text && BigInt(text) < R);
        seen.add(text);
      }
    }
    assert.equal(seen.size, 600);
  });

  it("are of every benchmark circuit and of no other", () => {
    const circuits = [circuitOf("a", ["x"]), circuitOf("b", ["x"], false), circuitOf("c", [])];
    const several = makeGroth16Lane({ policy, circuits });
    const kinds = new Map<string, number>();
    for (let seed = 0n; seed < 400n; seed++) {
      const kind = several.issue(seed)?.kind ?? "none";
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    assert.deepEqual([...kinds.keys()].sort(), ["a", "c"]);
    for (const count of kinds.values()) assert.ok(count > 100, `${count}`);
  });

  it("are none when no circuit has them", () => {
    const quiet = makeGroth16Lane({ policy, circuits: [circuitOf("a", ["x"], false)] });
    assert.equal(quiet.issue(1n), null);
    assert.equal(quiet.canary(1n), null);
  });
});

describe("a customer's input", () => {
  const x = "5";
  const y = ["1", "2"];

  it("is taken with canonical texts and safe integers", () => {
    const task = lane.accept("made-up", { y: [0, "2"], x: Number.MAX_SAFE_INTEGER });
    assert.deepEqual(task, { kind: "made-up", input: { x: "9007199254740991", y: ["0", "2"] } });
    assert.deepEqual(Object.keys(task.input), ["x", "y"]);
    assert.equal(lane.accept("made-up", { x: String(R - 1n), y }).input.x, String(R - 1n));
  });

  it("is refused for a circuit that is not there", async () => {
    const problem = await problemOf(() => lane.accept("other", {}));
    assert.deepEqual(problem, {
      code: "lane_kind_not_found",
      lane: "groth16",
      kind: "other",
      kinds: ["made-up"],
    });
  });

  const refused: readonly [unknown, string][] = [
    [null, "/input"],
    ["x", "/input"],
    [[], "/input"],
    [{ y }, "/input/x"],
    [{ x, y, z: "1" }, "/input/z"],
    [{ x, y, "a/b~c": "1" }, "/input/a~1b~0c"],
    [{ x: ["5"], y }, "/input/x"],
    [{ x: "", y }, "/input/x"],
    [{ x: "05", y }, "/input/x"],
    [{ x: "-5", y }, "/input/x"],
    [{ x: "+5", y }, "/input/x"],
    [{ x: "0x5", y }, "/input/x"],
    [{ x: " 5", y }, "/input/x"],
    [{ x: "5\n", y }, "/input/x"],
    [{ x: String(R), y }, "/input/x"],
    [{ x: "9".repeat(100_000), y }, "/input/x"],
    [{ x: -1, y }, "/input/x"],
    [{ x: 1.5, y }, "/input/x"],
    [{ x: 2 ** 53, y }, "/input/x"],
    [{ x: 5n, y }, "/input/x"],
    [{ x: null, y }, "/input/x"],
    [{ x, y: "1" }, "/input/y"],
    [{ x, y: ["1"] }, "/input/y"],
    [{ x, y: ["1", "2", "3"] }, "/input/y"],
    [{ x, y: ["1", "02"] }, "/input/y/1"],
    [{ x, y: ["1", ["2"]] }, "/input/y/1"],
    [Object.create({ x, y }), "/input/x"],
  ];
  for (const [index, [input, field]] of refused.entries())
    it(`is refused where it is wrong: ${index}, ${field}`, async () => {
      const problem = await problemOf(() => lane.accept("made-up", input));
      assert.equal(problem.code, "invalid_request");
      assert.equal("field" in problem && problem.field, field);
    });
});

describe("canaries", () => {
  it("answer the seed's job, well formed, and are found out", async () => {
    await lane.prepare();
    for (let seed = 0n; seed < 8n; seed++) {
      const canary = lane.canary(seed);
      assert.ok(canary);
      const { answer, ...task } = canary;
      assert.deepEqual(task, lane.issue(seed));
      assert.deepEqual(lane.check(canary.kind, [canary], random), [rejected]);
    }
  });

  it("are none where the key does not say how many signals there are", () => {
    for (const verificationKey of [null, 5, {}, { nPublic: "3" }, { nPublic: 2 }, { nPublic: 2 ** 31 }]) {
      const circuits = [{ ...world.trapdoor.circuit, verificationKey }];
      assert.equal(makeGroth16Lane({ policy, circuits }).canary(1n), null);
    }
  });
});

describe("private inputs", () => {
  const withPrivate = (more: Partial<Circuit>): Circuit => ({
    ...circuitOf("p", ["x"], false),
    privateInputs: ["w", "path[2]"],
    ...more,
  });
  const laneOf = (circuit: Circuit) => makeGroth16Lane({ policy, circuits: [circuit] });
  const whole = { x: "5", w: "6", path: ["7", 8] };

  it("are taken apart from a customer's input, and are never part of the public one", () => {
    assert.deepEqual(laneOf(withPrivate({ suppliedBy: "customer" })).accept("p", whole), {
      kind: "p",
      input: { x: "5" },
      privateInput: { w: "6", path: ["7", "8"] },
    });
  });

  it("must all be there when customers supply them, and must not when miners do", async () => {
    const refused = async (circuit: Circuit, input: unknown) => {
      const problem = await problemOf(() => laneOf(circuit).accept("p", input));
      return "field" in problem ? problem.field : problem.code;
    };
    assert.equal(await refused(withPrivate({}), { x: "5", w: "6" }), "/input/path");
    assert.equal(await refused(withPrivate({}), { ...whole, path: ["7"] }), "/input/path");
    assert.equal(await refused(withPrivate({ suppliedBy: "miner" }), whole), "/input/w");
    assert.deepEqual(laneOf(withPrivate({ suppliedBy: "miner" })).accept("p", { x: "5" }), {
      kind: "p",
      input: { x: "5" },
    });
  });

  it("that customers supply allow no benchmark: such a circuit is refused", async () => {
    const problem = await problemOf(() => laneOf(withPrivate({ benchmark: true, suppliedBy: "customer" })));
    assert.ok(problem.code === "circuit_invalid" && problem.circuit === "p");
    assert.match(problem.cause_text, /benchmark/);
    const miners = laneOf(withPrivate({ benchmark: true, suppliedBy: "miner" }));
    assert.deepEqual(Object.keys(miners.issue(1n)?.input ?? {}), ["x"]);
  });

  it("have names of their own, and are bounded", async () => {
    for (const privateInputs of [["x"], ["w", "w"], ["w[0]"], ["a[512]", "b"]]) {
      const problem = await problemOf(() => laneOf(withPrivate({ privateInputs })));
      assert.equal(problem.code, "circuit_invalid", String(privateInputs));
    }
    laneOf(withPrivate({ privateInputs: ["a[512]"] }));
  });
});

it("a benchmark of a kind is of that kind, and of no kind without benchmarks", () => {
  const circuits = [circuitOf("a", ["x"]), circuitOf("b", ["x"], false), circuitOf("c", ["x"])];
  const several = makeGroth16Lane({ policy, circuits });
  assert.deepEqual(several.benchmarks, ["a", "c"]);
  for (const kind of ["a", "c"]) assert.equal(several.issue(3n, kind)?.kind, kind);
  assert.deepEqual(several.issue(3n, "a")?.input, several.issue(3n, "c")?.input);
  for (const kind of ["b", "d"]) assert.equal(several.issue(3n, kind), null);
});
