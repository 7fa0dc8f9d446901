import { nearest } from "../../src/config/nearest.ts";
import { lessThan, parseFraction } from "../../src/core/fraction.ts";
import type { ScenarioEvent } from "../scenario.ts";
import { lengthText } from "./length.ts";
import { most, type ScenarioFile } from "./schema.ts";

function repeatedNames(list: string, names: readonly string[]): string[] {
  return names.flatMap((name, i) =>
    names.indexOf(name) === i ? [] : [`${list}.${i}.name: another one has the name "${name}"`],
  );
}

function tooManyMiners({ fleets }: ScenarioFile): string[] {
  const miners = fleets.reduce((sum, { count }) => sum + count, 0);
  return miners > most.miners ? [`fleets: ${miners} miners, more than ${most.miners}`] : [];
}

/** As a validator refuses to start. */
function belowFloor({ settings }: ScenarioFile["validators"][number], i: number): string[] {
  const { rate, classes, floor } = settings;
  const rates = { rate, ...classes };
  const least = parseFraction(floor);
  return Object.entries(rates).flatMap(([key, text]) => {
    const fraction = parseFraction(text);
    if (fraction === null || least === null || !lessThan(fraction, least)) return [];
    const path = key === "rate" ? key : `classes.${key}`;
    return [`validators.${i}.settings.${path}: ${text} is below the floor ${floor}`];
  });
}

function afterTheEnd(path: string, ms: number, endMs: number): string[] {
  return ms < endMs ? [] : [`${path}: must be before the end, ${lengthText(endMs)}`];
}

function unknownName(event: ScenarioEvent, i: number, file: ScenarioFile): string[] {
  const [key, name] = "fleet" in event ? ["fleet", event.fleet] : ["validator", event.validator];
  const known = (key === "fleet" ? file.fleets : file.validators).map((one) => one.name);
  if (known.includes(name)) return [];
  return [`events.${i}.${key}: there is no "${name}"; did you mean "${nearest(name, known)}"?`];
}

/** A process that the validator does not have. */
function unknownProcess(event: ScenarioEvent, i: number, { validators }: ScenarioFile): string[] {
  if (!("process" in event) || event.process === undefined) return [];
  const validator = validators.find(({ name }) => name === event.validator);
  if (validator === undefined || event.process <= validator.processes) return [];
  const { name, processes } = validator;
  return [`events.${i}.process: "${name}" has ${processes} process${processes === 1 ? "" : "es"}`];
}

function unknownValidator({ customers, validators }: ScenarioFile): string[] {
  const known = validators.map(({ name }) => name);
  return customers.flatMap(({ validator: name }, i) =>
    name === null || known.includes(name)
      ? []
      : [`customers.${i}.validator: there is no "${name}"; did you mean "${nearest(name, known)}"?`],
  );
}

/** Old rules are those of one process. */
function sharedLegacy({ legacy, processes }: ScenarioFile["validators"][number], i: number): string[] {
  const isOld = legacy.budget !== null || legacy.memory_unbounded;
  return processes > 1 && isOld ? [`validators.${i}.legacy: only with one process`] : [];
}

/** Faults in the relations between keys. */
export function scenarioFaults(file: ScenarioFile): string[] {
  const { duration, fleets, validators, customers, events } = file;
  const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
  return [
    ...repeatedNames("validators", names(validators)),
    ...repeatedNames("fleets", names(fleets)),
    ...repeatedNames("customers", names(customers)),
    ...tooManyMiners(file),
    ...validators.flatMap(belowFloor),
    ...validators.flatMap(sharedLegacy),
    ...unknownValidator(file),
    ...fleets.flatMap(({ joins_ms }, i) => afterTheEnd(`fleets.${i}.joins`, joins_ms ?? 0, duration)),
    ...events.flatMap((event, i) => afterTheEnd(`events.${i}.at`, event.at_ms, duration)),
    ...events.flatMap((event, i) => unknownName(event, i, file)),
    ...events.flatMap((event, i) => unknownProcess(event, i, file)),
  ];
}
