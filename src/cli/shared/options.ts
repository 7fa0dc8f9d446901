import { InvalidArgumentError } from "commander";

/** Where a validator listens by default. */
export const DEFAULT_URL = "http://127.0.0.1:8420";

/** An integer option within bounds; commander turns the throw into a usage error. */
export function integerOption(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be an integer from ${least} to ${most}.`);
    return value;
  };
}

/** A number option within bounds. */
export function numberOption(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most))
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
    return value;
  };
}

/** One of a few words. */
export function wordOption<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be one of: ${words.join(", ")}.`);
    return found;
  };
}
