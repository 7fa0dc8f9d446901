import { makeSealed } from "../../src/challenge/sealed.ts";
import { systemClock } from "../../src/core/clock.ts";
import { epochAt } from "../../src/core/ids.ts";
import { generate, type Instance } from "../../src/lanes/sat/generate.ts";
import { encodeBitset } from "../../src/lanes/sat/solution.ts";
import { testSecret } from "./validator/validator.ts";

const scheme = makeSealed(Buffer.from(testSecret));

/** A loose tier: few clauses for its variables, so that every instance has several models. */
export const looseTier = { vars: 60, clauses: 90, method: "biased" } as const;

/** A challenge of a tier 1 that is `looseTier`, with base64 bitsets that this file judged itself. */
export interface CraftedChallenge {
  readonly challengeId: string;
  /** Two different models. */
  readonly right: readonly [string, string];
  /** Three different assignments that break a clause. */
  readonly wrong: readonly [string, string, string];
}

/** Judged clause by clause, apart from the checker under test. */
function satisfies({ literals }: Instance, model: Uint8Array): boolean {
  const isTrue = (literal: number): boolean => (model[Math.abs(literal) - 1] === 1) === literal > 0;
  for (let at = 0; at < literals.length; at += 3) {
    if (![...literals.subarray(at, at + 3)].some(isTrue)) return false;
  }
  return true;
}

const flipped = (model: Uint8Array, v: number): Uint8Array =>
  model.map((value, index) => (index === v ? 1 - value : value));

/** Breaks a clause of the instance, and changes nothing else. */
function broken({ literals }: Instance, model: Uint8Array, clause: number): Uint8Array {
  const worse = model.slice();
  for (const literal of literals.subarray(clause * 3, clause * 3 + 3))
    worse[Math.abs(literal) - 1] = literal > 0 ? 0 : 1;
  return worse;
}

const base64 = (model: Uint8Array): string => Buffer.from(encodeBitset(model)).toString("base64");

export function crafted(hotkey: string, seq: number): CraftedChallenge {
  const { challengeId, seed } = scheme.issue(hotkey, epochAt(systemClock.nowMs(), 1), 1, seq);
  const instance = generate({ seed, ...looseTier });
  const second = Array.from(instance.model, (_, v) => flipped(instance.model, v)).find((model) =>
    satisfies(instance, model),
  );
  if (second === undefined || !satisfies(instance, instance.model))
    throw new Error(`${challengeId}: one model`);
  const wrong = new Set<string>();
  for (let clause = 0; wrong.size < 3; clause++) wrong.add(base64(broken(instance, instance.model, clause)));
  const [first = "", next = "", last = ""] = wrong;
  return { challengeId, right: [base64(instance.model), base64(second)], wrong: [first, next, last] };
}
