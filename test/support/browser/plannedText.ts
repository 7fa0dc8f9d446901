import { runAssay } from "../validator/validator.ts";

/** The lines of `assay plan` on the live numbers of a validator. */
export async function plannedText(url: string, given: Readonly<Record<string, string>>): Promise<string[]> {
  const flags = Object.entries(given).flatMap(([key, value]) => [`--${key.replaceAll("_", "-")}`, value]);
  const { stdout } = await runAssay(["plan", "--from", url, ...flags]);
  return stdout.split("\n");
}
