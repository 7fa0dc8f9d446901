import type { NodeState } from "../../../src/flow/nodes.ts";
import { type Invariant, told } from "./facts.ts";
import type { Effect } from "./history.ts";
import type { FinishedRun } from "./run.ts";

/** A miner's stream when all had been well for a while: the process that the miner has it with, and the one on record. */
export interface HeldStream {
  readonly hotkey: string;
  readonly process: string;
  readonly recorded: string | null;
}

/** How long a process may not know that another has taken a hotkey: its lease, and a call of the store, ms. */
const UNKNOWN_MS = 14_000;

/** When a stream that was taken was over on record: with the lease of its node, or dropped. */
function endsOf({ history }: FinishedRun): (take: Effect) => number {
  const leases = new Map<unknown, number>();
  for (const { at, args, result } of history.of("joinNode")) leases.set(result, at + (args[1] as number));
  for (const { at, args, result } of history.of("renewNode"))
    if ((result as NodeState).alive) leases.set(args[0], at + (args[1] as number));
  const dropped = new Map(history.of("dropStream").map(({ at, args }) => [args[1], at]));
  return ({ args, result }) => Math.min(leases.get(args[1]) ?? 0, dropped.get(result) ?? Infinity);
}

/** The takes by others since the process took the hotkey last: none while it serves the hotkey. */
function takenSince(takes: readonly Effect[], process: string): readonly Effect[] {
  return takes.slice(takes.findLastIndex((take) => take.process === process) + 1);
}

/** No process sends a hotkey jobs long after another, which still has its own, has taken its stream. */
export const newestStreamServes: Invariant = (run) => {
  const takes = run.history.of("takeStream").filter(({ result }) => result !== null);
  const endOf = endsOf(run);
  return told(run, "order").flatMap(({ at, hotkey, process }) => {
    const before = takes.filter((take) => take.args[0] === hotkey && take.at <= at);
    return takenSince(before, process)
      .filter((other) => at - other.at > UNKNOWN_MS && endOf(other) > at)
      .map(
        (other) =>
          `${process} sent ${hotkey} a job ${at - other.at} ms after ${other.process} took its stream`,
      );
  });
};

/** Looks of a process whose answer may still be on its way to it. */
const LOOKS = 3;

/**
 * A process closes a stream soon after it could learn that another, which still has its own, has taken the hotkey since. One that never
 * learnt that it has taken the stream itself does not serve it, and has nothing to ask about.
 */
export const replacedStreamsEnd: Invariant = (run) => {
  const takes = run.history.of("takeStream").filter(({ result }) => result !== null);
  const looks = run.history.of("lostStreams").filter(({ answered }) => answered === "yes");
  const endOf = endsOf(run);
  return told(run, "stream").flatMap(({ at, hotkey, process, openedAt }) => {
    const open = takes.filter((take) => take.args[0] === hotkey && take.at >= openedAt && take.at <= at);
    if (!open.some((take) => take.process === process && take.answered === "yes")) return [];
    return takenSince(open, process).flatMap((other) => {
      const until = Math.min(at, endOf(other));
      const since = looks.filter((look) => look.process === process && look.at > other.at && look.at < until);
      return since.length <= LOOKS
        ? []
        : [
            `${process} kept the stream of ${hotkey} for ${since.length} looks after ${other.process} took it`,
          ];
    });
  });
};

/** A stream that stays is on record as that of its process. */
export const streamsAreRecorded: Invariant = ({ streams }) =>
  streams
    .filter(({ process, recorded }) => process !== recorded)
    .map(
      ({ hotkey, process, recorded }) => `${hotkey} has a stream with ${process}, on record is ${recorded}`,
    );
