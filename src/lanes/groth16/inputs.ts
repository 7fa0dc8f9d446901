import { AssayError } from "../../core/problems/assayError.ts";
import type { JobInput } from "../../flow/lane.ts";
import type { InputNames, PublicName } from "./circuit.ts";
import { isBelow, isCanonical, R_TEXT } from "./numbers.ts";

const ELEMENT = "a decimal text below the order of the field, without sign or leading zero";

function isElement(value: unknown): value is string {
  return typeof value === "string" && isCanonical(value) && isBelow(value, R_TEXT);
}

/** The public signals of an input, in order; null when a name is missing or its value has the wrong shape. */
export function expectedSignals(names: readonly PublicName[], input: JobInput): readonly string[] | null {
  const signals: string[] = [];
  for (const { name, length } of names) {
    const value: unknown = Object.hasOwn(input, name) ? input[name] : undefined;
    const elements: readonly unknown[] = length === null ? [value] : Array.isArray(value) ? value : [];
    if (elements.length !== (length ?? 1) || !elements.every(isElement)) return null;
    signals.push(...elements);
  }
  return signals;
}

function refuse(path: readonly string[], expected: string): AssayError {
  const steps = path.map((step) => step.slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1"));
  return new AssayError({ code: "invalid_request", field: ["/input", ...steps].join("/"), expected });
}

function acceptElement(value: unknown, path: readonly string[]): string {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (!isElement(text)) throw refuse(path, ELEMENT);
  return text;
}

function acceptValue({ name, length }: PublicName, value: unknown): string | readonly string[] {
  if (length === null) return acceptElement(value, [name]);
  if (!Array.isArray(value) || value.length !== length)
    throw refuse([name], `a list of ${length}, each ${ELEMENT}`);
  return Array.from(value, (element, index) => acceptElement(element, [name, String(index)]));
}

/** The public inputs, and those private ones that a customer supplies; none for none. */
export interface AcceptedInput {
  readonly input: JobInput;
  readonly privateInput?: JobInput;
}

/**
 * A customer's input with exactly the names of the circuit and numbers as canonical texts. Throws `invalid_request` with a
 * JSON pointer as `field`; no value of an input stands in it.
 */
export function acceptInput({ public: publics, fromCustomer }: InputNames, input: unknown): AcceptedInput {
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw refuse([], "an object");
  const known = new Set([...publics, ...fromCustomer].map(({ name }) => name));
  const unknown = Object.keys(input).find((name) => !known.has(name));
  if (unknown !== undefined) throw refuse([unknown], `no name but ${[...known].join(", ")}`);
  const valuesOf = (names: readonly PublicName[]): JobInput =>
    Object.fromEntries(
      names.map((one) => {
        const value: unknown = Object.hasOwn(input, one.name) ? Reflect.get(input, one.name) : undefined;
        return [one.name, acceptValue(one, value)];
      }),
    );
  const accepted = { input: valuesOf(publics) };
  return fromCustomer.length === 0 ? accepted : { ...accepted, privateInput: valuesOf(fromCustomer) };
}
