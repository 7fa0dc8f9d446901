import { incentives } from "../../src/economics/yuma.ts";
import type { ChainMiner } from "../../src/flow/chain.ts";
import type { JobAnswer } from "../../src/flow/job.ts";
import type { SeededRandom } from "../engine/seededRandom.ts";
import type { Trace } from "../engine/trace.ts";
import type { World } from "../engine/world.ts";
import type { Scenario, ScenarioEvent } from "../scenario.ts";
import { SimValidator } from "../validator/simValidator.ts";
import { ModelStore } from "../validator/store.ts";
import { behaviourOf } from "./behaviours.ts";
import { FIRST_BLOCK, ModelChain } from "./chain.ts";
import { revealsOf } from "./reveals.ts";
import { SimMiner } from "./simMiner.ts";

/** Blocks for which a miner that was there before the start has been known. */
const KNOWN_BLOCKS = 100_000;
const DAY_MS = 86_400_000;

/** All validators and miners, what the chain pays them, and the events of the scenario. */
export class Network {
  readonly scenario: Scenario;
  readonly places: readonly SimMiner[];
  readonly stations: readonly SimValidator[];
  readonly #world: World;
  readonly #trace: Trace;
  readonly #byHotkey = new Map<string, SimMiner>();
  #miners: readonly ChainMiner[] = [];
  #last: { readonly place: SimMiner; readonly answer: JobAnswer } | null = null;
  #other: { readonly place: SimMiner; readonly answer: JobAnswer } | null = null;

  constructor(
    scenario: Scenario,
    world: World,
    parts: { readonly random: SeededRandom; readonly trace: Trace },
  ) {
    this.scenario = scenario;
    this.#world = world;
    this.#trace = parts.trace;
    this.stations = scenario.validators.map((spec, index) => this.#station(spec, index, parts.random));
    this.places = this.#makePlaces(parts.random);
    for (const place of this.places) this.#byHotkey.set(place.hotkey, place);
    this.#listMiners();
    for (const station of this.stations) for (const place of this.places) this.#welcome(station, place);
  }

  /** Everything that is to happen is asked for; the run is up to the world. */
  begin(): void {
    const { line } = this.#world;
    const { network, events } = this.scenario;
    for (const station of this.stations) this.#world.spawn(station.start());
    for (const event of events) line.after(event.at_ms, () => this.#happen(event));
    for (const place of this.places)
      if (place.fleet.joins_ms !== null) line.after(place.fleet.joins_ms, () => this.#comeBack(place));
    const tempoMs = network.tempo * network.block_ms;
    line.every(tempoMs, () => {
      this.#payOut(tempoMs);
      for (const place of this.places) this.#renew(place);
      return true;
    });
  }

  event(event: string, data: object): void {
    this.#trace.event(this.#world.line.now, event, data);
  }

  struck(hotkey: string): void {
    this.#byHotkey.get(hotkey)?.detected(this.#world.line.now);
  }

  handedIn(place: SimMiner, answer: JobAnswer): void {
    if (this.#last?.place !== place) this.#other = this.#last;
    this.#last = { place, answer };
  }

  /** Where more than half of the stake keeps it out, who cheats under new names takes one: the subnet registers it once a tempo. */
  #renew(place: SimMiner): void {
    if (!place.behaviour.renews || this.suspendedStake(place) <= 0.5) return;
    for (const station of this.stations) station.drop(place);
    this.#byHotkey.delete(place.hotkey);
    place.renew();
    place.counts.cost += this.scenario.network.registration;
    this.#byHotkey.set(place.hotkey, place);
    this.#listMiners();
    this.event("registered", { miner: place.name, hotkey: place.hotkey });
    for (const station of this.stations) station.seat(place);
  }

  /** Share of the stake whose validators have it suspended. */
  suspendedStake(place: SimMiner): number {
    const total = this.stations.reduce((sum, { spec }) => sum + spec.stake, 0);
    const held = this.stations.filter((station) => station.isSuspended(place.hotkey));
    return held.reduce((sum, { spec }) => sum + spec.stake, 0) / total;
  }

  #station(spec: Scenario["validators"][number], index: number, random: SeededRandom): SimValidator {
    const { scenario } = this;
    const { line } = this.#world;
    const options = { blockMs: scenario.network.block_ms, tempo: scenario.network.tempo };
    const stored = { commitMs: spec.commit_ms, creditKept: spec.legacy.credit_kept };
    const store = new ModelStore(this.#world, stored, (text, hash) =>
      this.#trace.logLine(spec.name, text, hash),
    );
    const chain = new ModelChain(line, options, () => this.#miners);
    const own = random.of(`validator ${spec.name}`);
    const modules = { scenario, spec, index, world: this.#world, random: own, network: this, chain, store };
    return new SimValidator(modules);
  }

  #makePlaces(random: SeededRandom): SimMiner[] {
    const { line } = this.#world;
    const logs = this.stations.map(({ store }) => store.log);
    const reveals = revealsOf(logs, line, this.scenario.network.epoch_hours);
    const places: SimMiner[] = [];
    for (const fleet of this.scenario.fleets) {
      for (let number = 1; number <= fleet.count; number++) {
        const sights = { reveals, lastAnswer: () => this.#lastAnswer(places[uid]) };
        const uid = places.length;
        const own = random.of(`miner ${fleet.name} ${number}`);
        places.push(new SimMiner({ number, uid, fleet }, own, behaviourOf(fleet.strategy, sights)));
      }
    }
    return places;
  }

  #lastAnswer(own: SimMiner | undefined): string | null {
    const found = this.#last?.place === own ? this.#other : this.#last;
    return found?.answer.text() ?? null;
  }

  #welcome(station: SimValidator, place: SimMiner): void {
    station.add(place);
    if (place.fleet.joins_ms === null)
      station.store.known(place.hotkey, FIRST_BLOCK - KNOWN_BLOCKS, FIRST_BLOCK - 1);
  }

  #listMiners(): void {
    this.#miners = this.places.map(({ uid, hotkey }) => ({ uid, hotkey }));
  }

  #comeBack(place: SimMiner): void {
    place.isAway = false;
    for (const station of this.stations) station.seat(place);
  }

  #happen(event: ScenarioEvent): void {
    const { at_ms: _at, do: what, ...data } = event;
    this.event(what, data);
    if ("fleet" in event) {
      for (const place of this.places) if (place.fleet.name === event.fleet) this.#befall(place, event);
      return;
    }
    const station = this.stations.find(({ spec }) => spec.name === event.validator);
    if (event.do === "isolate") station?.isolate(event.for_ms);
    else station?.restart(event.down_ms);
  }

  #befall(place: SimMiner, event: Extract<ScenarioEvent, { fleet: string }>): void {
    const { line } = this.#world;
    if (event.do === "set") {
      place.service = event.service_ms ?? place.service;
      place.failing = event.failing ?? place.failing;
      if (event.parallel === undefined) return;
      for (const station of this.stations) station.seats.get(place)?.servers.resize(event.parallel, line.now);
    } else if (event.do === "mute") {
      place.isMute = true;
      line.after(event.for_ms, () => {
        place.isMute = false;
      });
    } else {
      place.isAway = true;
      for (const station of this.stations) station.drop(place);
      line.after(event.for_ms, () => this.#comeBack(place));
    }
  }

  #payOut(tempoMs: number): void {
    const paying = this.stations.filter(({ chain }) => chain.handedIn !== null);
    const stake = paying.reduce((sum, { spec }) => sum + spec.stake, 0);
    const shares = incentives(
      paying.map(({ spec }) => spec.stake / stake),
      paying.map(({ chain }) => this.#rowOf(chain)),
    );
    const emission = (this.scenario.network.emission_per_day * tempoMs) / DAY_MS;
    for (const place of this.places) this.#pay(place, shares[place.uid] ?? 0, emission, tempoMs);
    this.event("paid", { shares: shares.map((share) => Number(share.toFixed(9))) });
  }

  #rowOf({ handedIn }: ModelChain): number[] {
    const row = this.places.map(({ uid }) => handedIn?.get(uid) ?? 0);
    const sum = row.reduce((total, weight) => total + weight, 0);
    return sum > 0 ? row.map((weight) => weight / sum) : row;
  }

  #pay(place: SimMiner, share: number, emission: number, tempoMs: number): void {
    const { counts, fleet } = place;
    if (place.joinedMs > this.#world.line.now) return;
    const out = this.suspendedStake(place);
    counts.payouts++;
    counts.income += share * emission;
    counts.weight += share;
    counts.suspended += out;
    // Out everywhere, it switches its machines off.
    if (out < 1 && !place.isAway) counts.cost += (fleet.cost_per_hour * tempoMs) / 3_600_000;
  }
}
