import { causeText } from "../core/problems/assayError.ts";
import type { Readiness } from "../http/handlers.ts";
import type { Parts, PushParts } from "./parts.ts";

type Check = Readiness["checks"][number];

/** The parts that the checks examine. */
export interface ReadinessParts {
  readonly store: Pick<Parts["store"], "ping">;
  readonly chain: Pick<Parts["chain"], "block" | "faults" | "alarms" | "weights">;
  readonly verifier: Pick<Parts["verifier"], "canAcceptWork">;
  readonly sampler: Pick<Parts["sampler"], "alarms" | "fault">;
  readonly weigher: Pick<Parts["weigher"], "faults">;
  readonly trusted: Pick<Parts["trusted"], "fault">;
  /** Null where no jobs are handed out. */
  readonly push: { readonly canary: Pick<PushParts["canary"], "fault"> } | null;
  readonly disk: Pick<Parts["disk"], "fault">;
  readonly intake: { readonly drain: { order(): object | null } };
  /** What this process may do among those that share the store; left out where none does. */
  readonly membership?: { readonly node: { isAlive(): boolean; takesWork(): boolean } | null };
}

async function check(name: string, probe: () => Promise<string | null>): Promise<Check> {
  try {
    const fault = await probe();
    return fault === null ? { name, ok: true } : { name, ok: false, detail: fault };
  } catch (error) {
    return { name, ok: false, detail: causeText(error) };
  }
}

function chainFault(chain: ReadinessParts["chain"]): string | null {
  const faults = (chain.faults?.() ?? []).map(({ what, why, remedy }) => `${what} (${why}); ${remedy}`);
  if (faults.length > 0) return faults.join(". ");
  return chain.block() === null ? "the chain height is unknown" : null;
}

function alarmTexts(chain: ReadinessParts["chain"]): string[] {
  const alarms = [...(chain.alarms?.() ?? []), ...(chain.weights?.status().alarms ?? [])];
  return alarms.map(({ text }) => text);
}

/** Without the counts: with few draws these would reveal each outcome. */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/**
 * Fails when the rate of a lane or class left its design: such a validator pays for work that was not tested as promised.
 * Miners appear only as a number: this is public, and a miner whose work is not drawn must not learn of it.
 */
function samplingCheck(alarms: ReturnType<ReadinessParts["sampler"]["alarms"]>): Check {
  const lanes = alarms.filter(({ hotkey }) => hotkey === null);
  const miners = alarms.length - lanes.length;
  const faults = lanes.map(
    ({ lane, class: drawClass, rate, draws, sampled }) =>
      `lane ${lane}, class ${drawClass}: ${percent(sampled / draws)} of the draws were sampled, but the configured rate is ${rate}`,
  );
  if (miners > 0)
    faults.push(
      `the realised rate of ${miners} ${miners === 1 ? "miner" : "miners"} is not the configured one; see the log`,
    );
  const ok = lanes.length === 0;
  return faults.length === 0 ? { name: "sampling", ok } : { name: "sampling", ok, detail: faults.join("; ") };
}

/** Never fails: the validator still takes work, and who takes over a burn uid must not be able to close it for all miners. */
function weightsCheck(faults: readonly string[]): Check {
  return faults.length === 0
    ? { name: "weights", ok: true }
    : { name: "weights", ok: true, detail: faults.join("; ") };
}

/** Balancers go by this: a process that is to stop, or whose work others may have, is sent nothing more. */
function processFault(node: { isAlive(): boolean; takesWork(): boolean }): string | null {
  if (!node.isAlive()) return "its lease in the store is over; it joins anew as soon as the store answers";
  return node.takesWork() ? null : "it was cordoned or is draining, by an order of the operator";
}

/** Only there while it fails: a drain is seldom, and no state of its own otherwise. */
function drainCheck(order: object | null): Check[] {
  if (order === null) return [];
  const detail = "it takes no new work, by an order of the operator; what is open still ends";
  return [{ name: "draining", ok: false, detail }];
}

/** Whether the validator can take submissions, check by check. */
export async function readinessOf(parts: ReadinessParts): Promise<Readiness> {
  const { store, chain, verifier, sampler, trusted, push, disk, intake } = parts;
  const node = parts.membership?.node ?? null;
  const checks = await Promise.all([
    check("clock", async () => trusted.fault()),
    check("epoch", async () =>
      trusted.fault() === null ? sampler.fault() : "unknown while the clock is in doubt",
    ),
    check("store", async () => store.ping().then(() => null)),
    check("chain", async () => chainFault(chain)),
    check("verification", async () =>
      verifier.canAcceptWork() ? null : "the queue of pending verifications is full",
    ),
    samplingCheck(sampler.alarms()),
    weightsCheck([...parts.weigher.faults(), ...alarmTexts(chain)]),
    ...(push === null ? [] : [check("canary", async () => push.canary.fault())]),
    ...(node === null ? [] : [check("process", async () => processFault(node))]),
    check("disk", async () => disk.fault()),
    ...drainCheck(intake.drain.order()),
  ]);
  return { ready: checks.every(({ ok }) => ok), checks };
}
