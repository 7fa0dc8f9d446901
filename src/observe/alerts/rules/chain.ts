import type { NamedText } from "../facts.ts";
import { finding, ofProcesses, type Rule } from "./rule.ts";

/** Alarms of chains that say that what is known of the chain is old. */
const staleAlarms = new Set(["miners_refused"]);
const disagreeAlarms = new Set(["endpoints_disagree", "endpoint_of_another_chain"]);
/** The clock has a rule of its own. */
export const CLOCK_DRIFT = "clock_drift";

const textsOf = (texts: readonly NamedText[]): string => texts.map(({ text }) => text).join("; ");

export const chainStale: Rule = {
  severity: "critical",
  look: (facts) =>
    ofProcesses(facts, ({ chain }) => {
      const named = [
        ...chain.faults.filter(({ name }) => name !== CLOCK_DRIFT),
        ...chain.alarms.filter(({ name }) => staleAlarms.has(name)),
      ];
      if (named.length > 0) return finding(textsOf(named));
      return chain.isHeightKnown
        ? null
        : finding("the chain height is unknown, so nothing is judged, dispatched or weighed");
    }),
};

export const endpointsDisagree: Rule = {
  severity: "critical",
  look: (facts) =>
    ofProcesses(facts, ({ chain }) => {
      const named = chain.alarms.filter(({ name }) => disagreeAlarms.has(name));
      return named.length === 0 ? null : finding(textsOf(named));
    }),
};

/** A step of the clock, or its distance to the time that the chain's blocks tell. */
export const clockDrift: Rule = {
  severity: "critical",
  look: (facts) =>
    ofProcesses(facts, ({ clock, chain }) => {
      if (clock.fault !== null) return finding(clock.fault, Math.abs(clock.aheadMs), clock.stepMs);
      const named = [...chain.faults, ...chain.alarms].filter(({ name }) => name === CLOCK_DRIFT);
      return named.length === 0 ? null : finding(textsOf(named.slice(0, 1)));
    }),
};
