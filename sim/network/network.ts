import { incentives } from "../../src/economics/yuma.ts";
import type { ChainMiner } from "../../src/flow/chain.ts";
import type { CustomerJob, JobAnswer } from "../../src/flow/job.ts";
import type { SeededRandom } from "../engine/seededRandom.ts";
import type { Trace } from "../engine/trace.ts";
import type { SimWorld } from "../engine/world.ts";
import type { CustomerSpec, Scenario, ScenarioEvent } from "../scenario.ts";
import { SharedModelStore } from "../validator/sharedStore.ts";
import { SimValidator } from "../validator/simValidator.ts";
import { behaviourOf } from "./behaviours.ts";
import { FIRST_BLOCK, ModelChain } from "./chain.ts";
import { Customer } from "./customers.ts";
import { revealsOf } from "./reveals.ts";
import { SimMiner } from "./simMiner.ts";

/** For how many blocks a miner of the start has been known. */
const KNOWN_BLOCKS = 100_000;
const DAY_MS = 86_400_000;

/** All validators and miners, what the chain pays them, and the events of the scenario. */
export class Network {
  readonly scenario: Scenario;
  readonly miners: readonly SimMiner[];
  readonly validators: readonly SimValidator[];
  readonly customers: readonly Customer[];
  readonly #world: SimWorld;
  readonly #trace: Trace;
  readonly #byHotkey = new Map<string, SimMiner>();
  #registered: readonly ChainMiner[] = [];
  #last: { readonly miner: SimMiner; readonly answer: JobAnswer } | null = null;
  #other: { readonly miner: SimMiner; readonly answer: JobAnswer } | null = null;

  constructor(
    scenario: Scenario,
    world: SimWorld,
    parts: { readonly random: SeededRandom; readonly trace: Trace },
  ) {
    this.scenario = scenario;
    this.#world = world;
    this.#trace = parts.trace;
    this.validators = scenario.validators.map((spec, index) =>
      this.#makeValidator(spec, index, parts.random),
    );
    this.miners = this.#makeMiners(parts.random);
    this.customers = scenario.customers.map((spec) => this.#makeCustomer(spec, parts.random));
    for (const miner of this.miners) this.#byHotkey.set(miner.hotkey, miner);
    this.#listMiners();
    for (const validator of this.validators) for (const miner of this.miners) this.#welcome(validator, miner);
  }

  /** Schedules all events; the world then runs them. */
  begin(): void {
    const { line } = this.#world;
    const { network, events } = this.scenario;
    for (const validator of this.validators) this.#world.spawn(validator.start());
    for (const customer of this.customers) customer.begin();
    for (const event of events) line.after(event.at_ms, () => this.#play(event));
    for (const miner of this.miners)
      if (miner.fleet.joins_ms !== null) line.after(miner.fleet.joins_ms, () => this.#comeBack(miner));
    const tempoMs = network.tempo * network.block_ms;
    line.every(tempoMs, () => {
      this.#payOut(tempoMs);
      for (const miner of this.miners) this.#renew(miner);
      return true;
    });
  }

  event(event: string, data: object): void {
    this.#trace.event(this.#world.line.now, event, data);
  }

  struck(hotkey: string): void {
    this.#byHotkey.get(hotkey)?.detected(this.#world.line.now);
  }

  handedIn(miner: SimMiner, answer: JobAnswer): void {
    if (this.#last?.miner !== miner) this.#other = this.#last;
    this.#last = { miner, answer };
  }

  /** A `sybil` takes a new hotkey when more than half of the stake suspends it: the subnet registers hotkeys once per tempo. */
  #renew(miner: SimMiner): void {
    if (!miner.behaviour.renews || this.suspendedStake(miner) <= 0.5) return;
    for (const validator of this.validators) validator.drop(miner);
    this.#byHotkey.delete(miner.hotkey);
    miner.renew();
    miner.counts.cost += this.scenario.network.registration;
    this.#byHotkey.set(miner.hotkey, miner);
    this.#listMiners();
    this.event("registered", { miner: miner.name, hotkey: miner.hotkey });
    for (const validator of this.validators) validator.connect(miner);
  }

  /** Share of the stake whose validators suspend it. */
  suspendedStake(miner: SimMiner): number {
    const total = this.validators.reduce((sum, { spec }) => sum + spec.stake, 0);
    const held = this.validators.filter((validator) => validator.isSuspended(miner.hotkey));
    return held.reduce((sum, { spec }) => sum + spec.stake, 0) / total;
  }

  #makeValidator(spec: Scenario["validators"][number], index: number, random: SeededRandom): SimValidator {
    const { scenario } = this;
    const { line } = this.#world;
    const options = { blockMs: scenario.network.block_ms, tempo: scenario.network.tempo };
    const stored = {
      ...{ commitMs: spec.commit_ms, creditKept: spec.legacy.credit_kept },
      ended: (job: CustomerJob) => {
        for (const customer of this.customers) customer.ended(job);
      },
    };
    const store = new SharedModelStore(this.#world, stored, (text, hash) =>
      this.#trace.logLine(spec.name, text, hash),
    );
    const chain = new ModelChain(line, options, () => this.#registered);
    const own = random.of(`validator ${spec.name}`);
    const modules = { scenario, spec, index, world: this.#world, random: own, network: this, chain, store };
    return new SimValidator(modules);
  }

  #makeCustomer(spec: CustomerSpec, random: SeededRandom): Customer {
    const named = this.validators.find((one) => one.spec.name === spec.validator);
    const validator = named ?? this.validators[0];
    if (validator === undefined) throw new RangeError("no validator takes customers' jobs");
    const event = (name: string, data: object): void => this.event(name, data);
    const own = { random: random.of(`customer ${spec.name}`), kinds: this.scenario.lane.kinds };
    return new Customer(spec, { world: this.#world, validator, event, ...own });
  }

  #makeMiners(random: SeededRandom): SimMiner[] {
    const { line } = this.#world;
    const logs = this.validators.map(({ store }) => store.log);
    const reveals = revealsOf(logs, line, this.scenario.network.epoch_hours);
    const miners: SimMiner[] = [];
    for (const fleet of this.scenario.fleets) {
      for (let number = 1; number <= fleet.count; number++) {
        const sights = { reveals, lastAnswer: () => this.#lastAnswer(miners[uid]) };
        const uid = miners.length;
        const own = random.of(`miner ${fleet.name} ${number}`);
        miners.push(new SimMiner({ number, uid, fleet }, own, behaviourOf(fleet.strategy, sights)));
      }
    }
    return miners;
  }

  #lastAnswer(own: SimMiner | undefined): string | null {
    const found = this.#last?.miner === own ? this.#other : this.#last;
    return found?.answer.text() ?? null;
  }

  #welcome(validator: SimValidator, miner: SimMiner): void {
    validator.add(miner);
    if (miner.fleet.joins_ms === null)
      validator.store.known(miner.hotkey, FIRST_BLOCK - KNOWN_BLOCKS, FIRST_BLOCK - 1);
  }

  #listMiners(): void {
    this.#registered = this.miners.map(({ uid, hotkey }) => ({ uid, hotkey }));
  }

  #comeBack(miner: SimMiner): void {
    miner.isAway = false;
    for (const validator of this.validators) validator.connect(miner);
  }

  #play(event: ScenarioEvent): void {
    const { at_ms: _at, do: what, ...data } = event;
    this.event(what, data);
    if ("fleet" in event) {
      for (const miner of this.miners) if (miner.fleet.name === event.fleet) this.#apply(miner, event);
      return;
    }
    const validator = this.validators.find(({ spec }) => spec.name === event.validator);
    if (event.do === "isolate") validator?.isolate(event.for_ms);
    else if (event.do === "pause") validator?.pause(event.process, event.for_ms);
    else if (event.do === "kill") validator?.kill(event.process, event.down_ms);
    else validator?.restart(event.down_ms, event.process);
  }

  #apply(miner: SimMiner, event: Extract<ScenarioEvent, { fleet: string }>): void {
    const { line } = this.#world;
    if (event.do === "set") {
      miner.service = event.service_ms ?? miner.service;
      miner.failing = event.failing ?? miner.failing;
      if (event.parallel === undefined) return;
      for (const validator of this.validators)
        validator.links.get(miner)?.servers.resize(event.parallel, line.now);
    } else if (event.do === "mute") {
      miner.isMute = true;
      line.after(event.for_ms, () => {
        miner.isMute = false;
      });
    } else {
      miner.isAway = true;
      for (const validator of this.validators) validator.drop(miner);
      line.after(event.for_ms, () => this.#comeBack(miner));
    }
  }

  #payOut(tempoMs: number): void {
    const paying = this.validators.filter(({ chain }) => chain.handedIn !== null);
    const stake = paying.reduce((sum, { spec }) => sum + spec.stake, 0);
    const shares = incentives(
      paying.map(({ spec }) => spec.stake / stake),
      paying.map(({ chain }) => this.#rowOf(chain)),
    );
    const emission = (this.scenario.network.emission_per_day * tempoMs) / DAY_MS;
    for (const miner of this.miners) this.#pay(miner, shares[miner.uid] ?? 0, emission, tempoMs);
    this.event("paid", { shares: shares.map((share) => Number(share.toFixed(9))) });
  }

  #rowOf({ handedIn }: ModelChain): number[] {
    const row = this.miners.map(({ uid }) => handedIn?.get(uid) ?? 0);
    const sum = row.reduce((total, weight) => total + weight, 0);
    return sum > 0 ? row.map((weight) => weight / sum) : row;
  }

  #pay(miner: SimMiner, share: number, emission: number, tempoMs: number): void {
    const { counts, fleet } = miner;
    if (miner.joinedMs > this.#world.line.now) return;
    const out = this.suspendedStake(miner);
    counts.payouts++;
    counts.income += share * emission;
    counts.weight += share;
    counts.suspended += out;
    // A miner that is suspended everywhere switches its machines off.
    if (out < 1 && !miner.isAway) counts.cost += (fleet.cost_per_hour * tempoMs) / 3_600_000;
  }
}
