import { canonical } from "../core/canonical.ts";
import { sha256Hex } from "../core/hash.ts";
import type { CircuitsView } from "../http/handlers.ts";
import { type Circuit, inputNames, type PublicName } from "../lanes/groth16/circuit.ts";

type CircuitView = CircuitsView["items"][number];
type InputView = CircuitView["inputs"][number];

function inputsOf(names: readonly PublicName[], supplied_by: InputView["supplied_by"]): InputView[] {
  return names.map(({ name, length }) => ({
    ...{ name, is_list: length !== null, count: length ?? 1 },
    ...{ is_public: supplied_by === "validator", supplied_by },
  }));
}

/** What miners and auditors need to know of a circuit, whose key has been tried. */
function viewOf(circuit: Circuit): CircuitView {
  const names = inputNames(circuit);
  const { curve, protocol, nPublic } = Object(circuit.verificationKey) as Record<string, unknown>;
  return {
    ...{ lane: "groth16", id: circuit.id, curve: String(curve), protocol: String(protocol) },
    public_signals: Number(nPublic),
    inputs: [
      ...inputsOf(names.public, "validator"),
      ...inputsOf(names.private, circuit.suppliedBy ?? "customer"),
    ],
    benchmark: circuit.benchmark,
    verification_key: circuit.verificationKey as object,
    verification_key_sha256: sha256Hex(canonical(circuit.verificationKey)),
  };
}

/** The document of all circuits as JSON: made once, since circuits do not change while the validator runs. */
export function circuitsDocument(circuits: readonly Circuit[]): string {
  const view: CircuitsView = { items: circuits.map(viewOf) };
  return JSON.stringify(view);
}
