import { duration, finding, ofProcesses, type Rule } from "./rule.ts";

export const storeFailing: Rule = {
  severity: "critical",
  look: (facts) =>
    ofProcesses(facts, ({ store: { fault } }) =>
      fault === null ? null : finding(`the store does not take a write: ${fault}`),
    ),
};

export const storeSlow: Rule = {
  severity: "warning",
  look: (facts) =>
    ofProcesses(facts, ({ store: { ms, slowMs } }) =>
      ms === null || ms <= slowMs
        ? null
        : finding(
            `the store took ${duration(ms)} for one write; above ${duration(slowMs)} (admit.gate.wait_ms) submissions that wait behind it are refused as busy`,
            ms,
            slowMs,
          ),
    ),
};

const megabytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MB`;

export const storeFullSoon: Rule = {
  severity: "warning",
  look: (facts) =>
    ofProcesses(facts, ({ disk }) => {
      if (disk === null) return null;
      const { freeBytes, reserveBytes, fullInMs, soonMs } = disk;
      const left = freeBytes <= reserveBytes ? 0 : fullInMs;
      if (left === null || left > soonMs) return null;
      const when = left === 0 ? "that is reached" : `that is reached in ${duration(left)} at this pace`;
      return finding(
        `${megabytes(freeBytes)} are free on the disk of the data directory, and ${megabytes(reserveBytes)} must stay free: ${when}`,
        left,
        soonMs,
      );
    }),
};

/** A program that knows an earlier schema than the store has by now was started before the last upgrade. */
export const schemaVersion: Rule = {
  severity: "warning",
  look: ({ processes, schema }) => {
    if (schema === null || processes.length === 0) return "unknown";
    const others = processes.filter(({ schemaKnown }) => schemaKnown !== schema);
    const [first] = others;
    if (first === undefined) return null;
    const names = others.map(({ name }) => name).join(", ");
    const text =
      first.schemaKnown < schema
        ? `the store has schema ${schema}, and the program of ${names} was made for ${first.schemaKnown}: finish the upgrade by restarting it with the new version`
        : `the store has schema ${schema}, and the program of ${names} was made for ${first.schemaKnown}: the migration has not run; restart it`;
    return finding(text, first.schemaKnown, schema);
  },
};

export const restarts: Rule = {
  severity: "warning",
  look: ({ starts }) => {
    if (starts === null) return "unknown";
    const { counts, most, windowMs } = starts;
    const [worst] = [...counts].sort((a, b) => b.starts - a.starts);
    // The first start of a time is none anew.
    const again = (worst?.starts ?? 0) - 1;
    if (worst === undefined || again <= most) return null;
    return finding(
      `process ${worst.name} was started again ${again} times within ${duration(windowMs)}; its log, or the supervisor's, says why it ended`,
      again,
      most,
    );
  },
};
