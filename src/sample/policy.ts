import { type Fraction, lessThan, parseFraction } from "../core/fraction.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { DrawClass, SamplePolicy } from "../flow/draw.ts";

/** A parsed sample policy. A lane that it does not name is verified in full. */
export interface Rates {
  readonly lanes: ReadonlyMap<string, Fraction>;
  readonly classes: ReadonlyMap<DrawClass, Fraction>;
  readonly floor: Fraction;
}

/** Fixed, so that the order in which classes are named does not matter. */
const classOrder = ["customer", "cold_start", "struck"] as const;

function read(text: string, field: string): Fraction {
  const fraction = parseFraction(text);
  if (fraction === null) throw new RangeError(`sample policy: ${field} "${text}" is not a fraction in 0..1`);
  return fraction;
}

/** Reads the fractions of a policy; throws RangeError on anything else. */
export function ratesOf(policy: SamplePolicy): Rates {
  return {
    lanes: new Map(Object.entries(policy.lanes).map(([lane, rate]) => [lane, read(rate, `lanes.${lane}`)])),
    classes: new Map(classOrder.map((name) => [name, read(policy.classes[name], `classes.${name}`)])),
    floor: read(policy.floor, "floor"),
  };
}

const whole = read("1", "whole");

/** The class with the highest rate that applies, and that rate; the lane's own rate wins a tie. */
export function rateFor(
  rates: Rates,
  lane: string,
  classes: readonly DrawClass[],
): { class: DrawClass; rate: Fraction } {
  let best: { class: DrawClass; rate: Fraction } = { class: "lane", rate: rates.lanes.get(lane) ?? whole };
  for (const [name, rate] of rates.classes) {
    if (classes.includes(name) && lessThan(best.rate, rate)) best = { class: name, rate };
  }
  return best;
}

/** Throws `rate_below_floor`, naming the lane (or `classes.NAME`), when a rate is below the policy's floor. */
export function checkFloor(policy: SamplePolicy): void {
  const { lanes, classes, floor } = ratesOf(policy);
  const named: [string, Fraction][] = [
    ...lanes,
    ...[...classes].map(([name, rate]): [string, Fraction] => [`classes.${name}`, rate]),
  ];
  for (const [lane, rate] of named) {
    if (lessThan(rate, floor)) {
      throw new AssayError({ code: "rate_below_floor", lane, rate: rate.text, floor: floor.text });
    }
  }
}
