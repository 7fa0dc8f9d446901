const ofHistograms = /_(count|sum|bucket)$/;
const typeWord = /(^|_)(counter|gauge|histogram|summary)(_|$)/;
const otherUnit =
  /(^|_)(s|ms|us|ns|sec|m|h|d|b|kb|mb|gb|tb|milliseconds|microseconds|nanoseconds|minutes|hours|days|weeks|bits|kilobytes|megabytes|percent)(_|$)/;

function familyFaults(name: string, type: string, help: string | undefined): string[] {
  const ending = ofHistograms.exec(name)?.[0];
  return [
    ...(help ? [] : ["no help text"]),
    ...(type !== "counter" && name.endsWith("_total") ? [`_total on a ${type}`] : []),
    ...(type === "counter" && !name.endsWith("_total") ? ["a counter without _total"] : []),
    ...(ending === undefined ? [] : [`${ending} on a ${type}`]),
    ...(typeWord.test(name) ? ["its type in its name"] : []),
    ...(otherUnit.test(name) ? ["no base unit"] : []),
    ...(/[a-z][A-Z]|:/.test(name) ? ["not snake case"] : []),
  ].map((fault) => `${name}: ${fault}`);
}

/** What `promtool check metrics` would complain about in an exposition. */
export function lintFaults(exposition: string): string[] {
  const helps = new Map<string, string>();
  const types = new Map<string, string>();
  const faults: string[] = [];
  for (const line of exposition.split("\n")) {
    const [, word, name = "", text = ""] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (word === "HELP") helps.set(name, text.trim());
    if (word !== "TYPE") continue;
    if (types.has(name)) faults.push(`${name}: declared twice`);
    types.set(name, text);
    faults.push(...familyFaults(name, text, helps.get(name)));
  }
  return [...faults, ...seriesFaults(exposition, types)].sort();
}

function seriesFaults(exposition: string, types: ReadonlyMap<string, string>): string[] {
  const faults = new Set<string>();
  for (const line of exposition.split("\n")) {
    const [, name = "", labels = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === "") continue;
    const family = types.has(name) ? name : name.replace(ofHistograms, "");
    const type = types.get(family);
    if (type === undefined) faults.add(`${name}: no type`);
    for (const [, label = ""] of labels.matchAll(/(?:^|,)(\w+)="/g)) {
      if ((label === "le" && type !== "histogram") || label === "quantile")
        faults.add(`${name}: label ${label}`);
      if (/[a-z][A-Z]/.test(label)) faults.add(`${name}: label ${label} is not snake case`);
    }
  }
  return [...faults];
}
