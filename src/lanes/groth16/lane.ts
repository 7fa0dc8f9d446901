import { AssayError } from "../../core/problems/assayError.ts";
import type { JobTask, LanePolicy, PushLane } from "../../flow/lane.ts";
import { MAX_BYTES } from "./answer.ts";
import { type Circuit, circuitFault, type InputNames, inputNames } from "./circuit.ts";
import { Groth16Verifier } from "./groth16Verifier.ts";
import { acceptInput } from "./inputs.ts";
import { benchmarkInput, falseAnswer, pick } from "./jobs.ts";
import { prepareKey } from "./key.ts";
import { loadPoints } from "./load.ts";

/** About 1.3 ms per proof in a batch of 16 and 4 ms alone, of the 16 ms of a unit. */
const COST = 1 / 8;

export interface Groth16Options {
  readonly policy: LanePolicy;
  readonly circuits: readonly Circuit[];
}

interface Kind {
  readonly circuit: Circuit;
  readonly names: InputNames;
}

function kindsOf(circuits: readonly Circuit[]): ReadonlyMap<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const circuit of circuits) {
    if (kinds.has(circuit.id)) throw circuitFault(circuit, "another circuit has the same id");
    kinds.set(circuit.id, { circuit, names: inputNames(circuit) });
  }
  return kinds;
}

/** Makes the verifiers of all circuits in order; throws at the first invalid circuit. */
async function prepareAll(kinds: Iterable<Kind>, verifiers: Map<string, Groth16Verifier>): Promise<void> {
  const points = await loadPoints();
  for (const { circuit, names } of kinds) {
    const key = prepareKey(points, circuit, names.public);
    verifiers.set(circuit.id, new Groth16Verifier(points, key, names.public));
  }
}

/**
 * Groth16 proofs over BN254, as snarkjs writes them, one kind of work per circuit. Throws `circuit_invalid` for ill-named
 * public inputs; `prepare` throws for an invalid key.
 */
export function makeGroth16Lane(options: Groth16Options): PushLane {
  const kinds = kindsOf(options.circuits);
  const benchmarks = [...kinds.values()].filter(({ circuit }) => circuit.benchmark);
  const verifiers = new Map<string, Groth16Verifier>();
  let prepared: Promise<void> | null = null;

  const benchmark = (seed: bigint, id?: string): { kind: Kind; task: JobTask } | null => {
    const kind = id === undefined ? benchmarks[pick(seed, benchmarks.length)] : kinds.get(id);
    if (kind?.circuit.benchmark !== true) return null;
    return { kind, task: { kind: kind.circuit.id, input: benchmarkInput(seed, kind.names.public) } };
  };

  return {
    name: "groth16",
    mode: "push",
    policy: options.policy,
    cost: COST,
    answerMaxBytes: MAX_BYTES,
    kinds: [...kinds.keys()],
    benchmarks: benchmarks.map(({ circuit }) => circuit.id),
    prepare() {
      if (kinds.size === 0) return Promise.resolve();
      prepared ??= prepareAll(kinds.values(), verifiers);
      return prepared;
    },
    issue: (seed, kind) => benchmark(seed, kind)?.task ?? null,
    accept(id, input) {
      const kind = kinds.get(id);
      if (kind === undefined)
        throw new AssayError({
          code: "lane_kind_not_found",
          lane: "groth16",
          kind: id,
          kinds: [...kinds.keys()],
        });
      return { kind: id, ...acceptInput(kind.names, input) };
    },
    check(id, items, random) {
      const verifier = verifiers.get(id);
      if (verifier === undefined) throw new RangeError(`lane groth16: circuit ${id} is not ready`);
      return verifier.check(items, random);
    },
    canary(seed) {
      const made = benchmark(seed);
      if (made === null) return null;
      const { circuit, names } = made.kind;
      const answer = falseAnswer(seed, names.public, made.task.input, circuit.verificationKey);
      return answer === null ? null : { ...made.task, answer };
    },
  };
}
