import { longBody, spoiltText, spoiltValue } from "./bodies.ts";
import type { Chance } from "./chance.ts";
import { type Message, rendered, withHeader } from "./message.ts";
import { breakages, mutations, noise } from "./mutations.ts";
import type { Operation } from "./operations.ts";
import { bearer, type Signer } from "./signer.ts";
import { type Known, valueFor } from "./values.ts";

/** What the fuzzer sends at once, and what is due for it. */
export interface Case {
  readonly bytes: Buffer;
  readonly method: string;
  /** Exactly one answer is due, and the connection is good for more; otherwise nobody can say. */
  readonly isWhole: boolean;
  /** The operation that it still reaches, if any. */
  readonly operation: Operation | null;
  /** Learns from the answer. */
  readonly known: Known;
  /** What was done to it. */
  readonly story: string;
}

export interface Makers {
  readonly operations: readonly Operation[];
  readonly signers: readonly Signer[];
  readonly shared: Known;
  readonly operatorToken: string;
}

function targetOf({ path, parameters }: Operation, known: Known, chance: Chance): string {
  const value = (name: string): string => {
    const parameter = parameters.find((one) => one.name === name);
    return encodeURIComponent(String(valueFor(parameter?.schema ?? {}, name, known, chance)));
  };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => value(name) || "x");
  const wanted = parameters.filter((one) => one.in === "query" && (one.required || chance.one(0.4)));
  return wanted.length === 0
    ? filled
    : `${filled}?${wanted.map(({ name }) => `${name}=${value(name)}`).join("&")}`;
}

function authorize(message: Message, operation: Operation, signer: Signer, makers: Makers, chance: Chance) {
  const { operatorToken, shared } = makers;
  if (operation.sender === "miner") signer.sign(message, chance);
  if (operation.sender === "operator") message.headers.push(bearer(operatorToken));
  if (operation.sender !== "customer") return;
  const token = chance.one(0.5) ? shared.of("token", chance) : null;
  message.headers.push(bearer(token ?? operatorToken));
}

function bodyOf(operation: Operation, known: Known, chance: Chance): { body: Buffer; story: string } {
  if (operation.body === null) return { body: Buffer.alloc(0), story: "" };
  const value = valueFor(operation.body, "", known, chance) as Record<string, unknown>;
  if (chance.one(0.4)) return { body: Buffer.from(JSON.stringify(value)), story: "" };
  if (chance.one(0.5))
    return { body: Buffer.from(JSON.stringify(spoiltValue(value, chance)) ?? ""), story: "value" };
  if (chance.one(0.9)) return { body: spoiltText(JSON.stringify(value), chance), story: "text" };
  return { body: longBody(chance), story: "long" };
}

function upgrade(message: Message, chance: Chance): void {
  withHeader(message, "Connection", "Upgrade");
  withHeader(message, "Upgrade", "websocket");
  withHeader(message, "Sec-WebSocket-Version", "13");
  withHeader(message, "Sec-WebSocket-Key", chance.bytes(16).toString("base64"));
}

/** One request of the operation, mutated or not. */
export function caseOf(operation: Operation, makers: Makers, chance: Chance): Case {
  const signer = chance.of(makers.signers);
  const { known } = signer;
  const { body, story } = bodyOf(operation, known, chance);
  const { method } = operation;
  const message: Message = {
    ...{ method, target: targetOf(operation, known, chance), version: "HTTP/1.1" },
    headers: [["Host", "fuzz"]],
    ...{ body, framing: operation.body === null ? "none" : "length" },
  };
  if (operation.body !== null) message.headers.push(["Content-Type", "application/json"]);
  authorize(message, operation, signer, makers, chance);
  if (operation.id === "stream" && chance.one(0.5)) upgrade(message, chance);
  const steps = [operation.id, story];
  let keepsRoute = true;
  while (chance.one(0.4)) {
    const mutation = chance.of(mutations);
    mutation.apply(message, chance);
    steps.push(mutation.name);
    keepsRoute &&= mutation.keepsRoute;
  }
  const shared = { known: operation.sender === "miner" ? known : makers.shared };
  if (chance.one(0.06)) {
    const bytes = chance.of(breakages)(message, chance);
    return { ...shared, bytes, method: message.method, isWhole: false, operation: null, story: "broken" };
  }
  const bytes = rendered(message, chance);
  const reached = keepsRoute ? operation : null;
  return {
    ...shared,
    bytes,
    method: message.method,
    isWhole: true,
    operation: reached,
    story: steps.join(", "),
  };
}

/** Bytes that never were a request. */
export function noiseCase({ shared }: Makers, chance: Chance): Case {
  const bytes = chance.of(noise)(chance);
  return { bytes, method: "", isWhole: false, operation: null, known: shared, story: "noise" };
}
