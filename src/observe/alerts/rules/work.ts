import { duration, finding, ofProcesses, percent, type Rule } from "./rule.ts";

export const samplingRate: Rule = {
  severity: "critical",
  look: (facts) =>
    ofProcesses(facts, ({ sampling: { lanes, miners } }) => {
      if (lanes.length > 0) return finding(lanes.join("; "));
      if (miners === 0) return null;
      return finding(
        `the realised sampling rate of ${miners} ${miners === 1 ? "miner" : "miners"} is not the configured one; the log names them (sample_rate_left_design)`,
        miners,
        0,
      );
    }),
};

export const canaryUndetected: Rule = {
  severity: "critical",
  look: (facts) => ofProcesses(facts, ({ canary }) => (canary === null ? null : finding(canary))),
};

export const verificationBacklog: Rule = {
  severity: "warning",
  look: (facts) =>
    ofProcesses(facts, ({ backlogs }) => {
      const [full] = backlogs.filter(({ pending, bound }) => bound > 0 && pending >= bound);
      if (full === undefined) return null;
      const { what, pending, bound } = full;
      return finding(
        `${what}: ${pending} of at most ${bound} are pending, so that nothing more is taken up`,
        pending,
        bound,
      );
    }),
};

export const refusals: Rule = {
  severity: "warning",
  look: (facts) =>
    ofProcesses(facts, ({ requests }) => {
      if (requests === null) return null;
      const { answered, refused, windowMs, most, least } = requests;
      const codes = Object.entries(refused).sort(([, a], [, b]) => b - a);
      const count = codes.reduce((sum, [, times]) => sum + times, 0);
      const all = answered + count;
      if (all < Math.max(1, least) || count / all <= most) return null;
      const named = codes.slice(0, 5).map(([code, times]) => `${code} ${times}`);
      return finding(
        `${percent(count / all)} of ${all} requests of miners were refused within ${duration(windowMs)} (${named.join(", ")})`,
        count / all,
        most,
      );
    }),
};

export const unreachablePresumedOurs: Rule = {
  severity: "critical",
  look: (facts) =>
    ofProcesses(facts, ({ outage }) => {
      if (outage === null) return null;
      const { failed, active, mostPercent } = outage;
      return finding(
        `${failed} of ${active} working miners failed to connect within a minute, so the fault is presumed to be the validator's and none of them is suspended; check the network of this host`,
        (100 * failed) / active,
        mostPercent,
      );
    }),
};
