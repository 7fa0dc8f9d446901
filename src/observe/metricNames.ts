export type MetricType = "counter" | "gauge" | "histogram";

/** As labels these would make a series per client. */
const unboundedLabels = new Set([
  ...["hotkey", "miner", "uid", "ip", "address", "path"],
  ...["challenge_id", "receipt_id", "work_id", "uuid"],
]);

const wellFormed = /^assay(_[a-z0-9]+)+$/;
const typeWords = new Set(["counter", "gauge", "histogram", "summary"]);
/** Endings of series that a histogram makes. */
const ofHistograms = ["_count", "_sum", "_bucket"];
/** Units that have a base unit, and abbreviations: seconds and bytes are written out. */
const otherUnits = new Set([
  ...["s", "ms", "us", "ns", "sec", "m", "h", "d", "b", "kb", "mb", "gb", "tb"],
  ...["milliseconds", "microseconds", "nanoseconds", "minutes", "hours", "days", "weeks"],
  ...["bits", "kilobytes", "megabytes", "gigabytes", "percent", "celsius"],
]);

function nameFault(name: string, type: MetricType): string | null {
  if (!wellFormed.test(name)) return "want assay_ and lower-case words";
  if ((type === "counter") !== name.endsWith("_total")) return "counters alone end in _total";
  const ending = ofHistograms.find((end) => name.endsWith(end));
  if (ending !== undefined) return `${ending} is the end of a histogram's series`;
  const word = name.split("_").find((part) => typeWords.has(part) || otherUnits.has(part));
  if (word === undefined) return null;
  return typeWords.has(word) ? `${word} is its type` : `want seconds, bytes or ratio instead of ${word}`;
}

/**
 * Throws `RangeError` for a name that Prometheus's linter (`promtool check metrics`) would complain about, for a missing help
 * text, and for a label whose values have no bound.
 */
export function checkMetric(name: string, type: MetricType, help: string, labels: readonly string[]): void {
  const fault = nameFault(name, type);
  if (fault !== null) throw new RangeError(`metric ${name}: ${fault}`);
  if (help.trim() === "") throw new RangeError(`metric ${name}: want a help text`);
  for (const label of labels) {
    if (unboundedLabels.has(label)) throw new RangeError(`metric ${name}: label ${label} has no bound`);
  }
}
