import type { Skiplist } from "../../src/http/handlers.ts";
import { ApiProblem, problemFrom } from "../read/problem.ts";

export type Suspension = Skiplist["items"][number];
export type Kind = Suspension["kind"];

/** The hotkeys of which every suspension is of this kind: a release lifts all of a hotkey's at once. */
export function releasable(items: readonly Suspension[], kind: Kind): string[] {
  const byHotkey = Map.groupBy(items, ({ hotkey }) => hotkey);
  return [...byHotkey].filter(([, all]) => all.every((item) => item.kind === kind)).map(([hotkey]) => hotkey);
}

/** Releases one after the other, and goes on past a refusal; throws what was refused at the end, with how many were not. */
export async function releaseAll(
  hotkeys: readonly string[],
  release: (hotkey: string) => Promise<unknown>,
): Promise<void> {
  const refused: ApiProblem[] = [];
  for (const hotkey of hotkeys)
    await release(hotkey).catch((error: unknown) => {
      const problem = problemFrom(error);
      // Its suspension ended meanwhile: that is what was asked for.
      if (problem.code !== "suspension_not_found") refused.push(new ApiProblem(problem));
    });
  const [first] = refused;
  if (first === undefined) return;
  const { problem } = first;
  const done = `${hotkeys.length - refused.length} of ${hotkeys.length} were released; ${refused.length} were refused`;
  throw new ApiProblem({ ...problem, detail: `${problem.detail} (${done}, the first of them for this.)` });
}
