import type { Remembered, StandingState, Suspension } from "../../src/flow/standing.ts";
import { STANDING_OF_MOST } from "../../src/flow/standingChanges.ts";
import type { StrikeRecord } from "../../src/flow/strike.ts";
import { ModelChanges } from "./shared/changes.ts";

interface Struck {
  readonly hotkey: string;
  readonly block: number;
  readonly at: number;
  counted: boolean;
}

/** Strikes kept per hotkey: as many as judge keeps. */
const STRIKES_KEPT = 64;

/** Sightings, strikes and suspensions. */
export class ModelStanding {
  readonly changes = new ModelChanges();
  readonly #sightings = new Map<string, Remembered>();
  readonly #suspensions = new Map<string, Suspension>();
  readonly #strikes = new Map<string, Struck[]>();

  /** Adds a miner that was known long before the simulation began. */
  known(hotkey: string, firstSeen: number, lastSeen: number): void {
    this.#sightings.set(hotkey, { hotkey, firstSeen, lastSeen, delivered: true });
  }

  state(): StandingState {
    return {
      sightings: [...this.#sightings.values()],
      suspensions: [...this.#suspensions.values()],
      strikes: [...this.#strikes.values()].flat(),
    };
  }

  /** Of these hotkeys, with the newest strikes of each. */
  of(hotkeys: readonly string[], newest = STRIKES_KEPT): StandingState {
    if (hotkeys.length > STANDING_OF_MOST) throw new RangeError(`standing of ${hotkeys.length} hotkeys`);
    const each = [...new Set(hotkeys)].sort();
    const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
    const strikesOf = (hotkey: string) => this.#strikes.get(hotkey) ?? [];
    return {
      sightings: each.flatMap((hotkey) => present(this.#sightings.get(hotkey))),
      suspensions: each.flatMap((hotkey) =>
        ["operator", "strike", "unreachable"].flatMap((kind) =>
          present(this.#suspensions.get(`${hotkey} ${kind}`)),
        ),
      ),
      strikes: each.flatMap((hotkey) => (newest === 0 ? [] : strikesOf(hotkey).slice(-newest))),
    };
  }

  release(hotkey: string, kinds: readonly string[]): number {
    const ended = kinds.filter((kind) => this.#suspensions.delete(`${hotkey} ${kind}`)).length;
    if (ended > 0) this.changes.note(hotkey);
    return ended;
  }

  dropMiners(hotkeys: readonly string[]): void {
    for (const hotkey of hotkeys) {
      this.#sightings.delete(hotkey);
      this.#strikes.delete(hotkey);
    }
  }

  dropEndedSuspensions(block: number): void {
    for (const [key, { untilBlock }] of this.#suspensions)
      if (untilBlock <= block) this.#suspensions.delete(key);
  }

  struckSince(hotkey: string, at: number): boolean {
    return this.#strikes.get(hotkey)?.some((strike) => strike.at >= at) ?? false;
  }

  strike({ hotkey, block, at, suspendUntil, evidence }: StrikeRecord): void {
    const strikes = this.#strikes.get(hotkey) ?? [];
    this.#strikes.set(hotkey, strikes);
    strikes.push({ hotkey, block, at, counted: true });
    if (strikes.length > STRIKES_KEPT) strikes.shift();
    this.changes.note(hotkey);
    if (suspendUntil === null) return;
    const reason = evidence.verdict.code;
    this.suspend({ hotkey, kind: "strike", untilBlock: suspendUntil, reason, by: "judge", at });
    for (const strike of strikes) strike.counted = false;
  }

  /** Never shortens a suspension. */
  suspend(suspension: Suspension): void {
    const { hotkey, kind, untilBlock } = suspension;
    const known = this.#suspensions.get(`${hotkey} ${kind}`);
    if (known !== undefined && known.untilBlock >= untilBlock) return;
    this.#suspensions.set(`${hotkey} ${kind}`, suspension);
    this.changes.note(hotkey);
  }

  sight(hotkey: string, block: number, accepted: boolean): void {
    const known = this.#sightings.get(hotkey);
    const firstSeen = known?.firstSeen ?? block;
    const lastSeen = Math.max(block, known?.lastSeen ?? block);
    const delivered = accepted || (known?.delivered ?? false);
    this.#sightings.set(hotkey, { hotkey, firstSeen, lastSeen, delivered });
  }

  /** Without being seen: its work of before was accepted. */
  delivered(hotkey: string): void {
    const known = this.#sightings.get(hotkey);
    if (known !== undefined) this.#sightings.set(hotkey, { ...known, delivered: true });
  }
}
