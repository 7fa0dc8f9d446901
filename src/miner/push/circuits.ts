import type { ValidatorClient } from "../client.ts";
import type { Prover } from "./prover.ts";

/** A circuit of the validator, as far as a miner needs it. */
export interface CircuitShape {
  readonly id: string;
  /** Private inputs that the miner supplies. */
  readonly ownInputs: readonly string[];
}

interface RawCircuit {
  readonly id?: unknown;
  readonly lane?: unknown;
  readonly inputs?: unknown;
}

function shapeOf({ id, inputs }: RawCircuit): CircuitShape[] {
  if (typeof id !== "string" || !Array.isArray(inputs)) return [];
  const own = inputs.flatMap((raw: unknown) => {
    const { name, supplied_by } = Object(raw) as { name?: unknown; supplied_by?: unknown };
    return supplied_by === "miner" && typeof name === "string" ? [name] : [];
  });
  return [{ id, ownInputs: own }];
}

/** The lane's circuits; null when the validator does not say. Throws when it cannot be reached. */
export async function circuitsOf(
  client: Pick<ValidatorClient, "get">,
  lane: string,
): Promise<CircuitShape[] | null> {
  const reply = await client.get("/v1/circuits");
  if (reply.status !== 200) return null;
  const { items } = JSON.parse(reply.text) as { items?: unknown };
  if (!Array.isArray(items)) return null;
  return (items as RawCircuit[]).flatMap((raw) => (Object(raw).lane === lane ? shapeOf(raw) : []));
}

/** The kinds that this miner can prove; null, which means all, when the validator did not name its circuits. */
export function kindsOf(circuits: readonly CircuitShape[] | null, prover: Prover): readonly string[] | null {
  if (circuits === null) return null;
  return circuits.filter(({ id, ownInputs }) => prover.has(id, ownInputs)).map(({ id }) => id);
}

/** Why a miner without any of the validator's kinds does not work. */
export function noKindText(circuits: readonly CircuitShape[]): string {
  const names = circuits.map(({ id }) => id).join(", ");
  return `none of the validator's circuits (${names === "" ? "it has none" : names}) is here; each needs ID/ID.wasm and ID/ID.zkey, and ID/private.json with its private inputs if miners supply them; name the folder with --circuits`;
}
