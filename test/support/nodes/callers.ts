import type { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import type { SimWorld } from "../../../sim/engine/world.ts";
import { LANE } from "../../../sim/network/lane.ts";
import type { IdScheme } from "../../../src/challenge/scheme.ts";
import { epochAt } from "../../../src/core/ids.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { Caller } from "../../../src/flow/caller.ts";
import type { SubmitRequest } from "../../../src/flow/submission.ts";
import { jobHandlers } from "../../../src/validator/jobHandlers.ts";
import type { Parts } from "../../../src/validator/parts.ts";
import type { History } from "./history.ts";
import { tierOf } from "./lanes.ts";
import { VALIDATOR } from "./options.ts";
import type { SimNode } from "./simNode.ts";

/** A caller hears nothing for this long and tries again, elsewhere; ms. */
const PATIENCE_MS = 6000;
const TRIES = 6;

const silent = { kind: "silent" } as const;
type Heard<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "refused"; readonly code: string }
  | typeof silent;

interface Place {
  readonly hotkey: string;
  readonly lane: "plain" | "duel";
  readonly seq: number;
  readonly epoch: number;
}

export interface CallersModules {
  readonly world: SimWorld;
  readonly random: SeededRandom;
  readonly history: History;
  readonly nodes: readonly SimNode[];
  readonly hotkeys: readonly string[];
  /** The challenges, as their miners know them. */
  readonly ids: IdScheme;
}

/** Those outside: miners that submit, customers, the operator. They try again until they are answered, at any process. */
export class Callers {
  readonly #modules: CallersModules;
  readonly counts = new Map<string, number>();
  #jobs = 0;

  constructor(modules: CallersModules) {
    this.#modules = modules;
  }

  /** An answer to a challenge of a miner: right or wrong, to one process or two, the same to both or not. */
  submission(): void {
    const { random, hotkeys, world } = this.#modules;
    const { unit } = random;
    const hotkey = pick(hotkeys, unit());
    const lane = unit() < 0.6 ? "plain" : "duel";
    const epoch = epochAt(this.#now(), 1) + pick([0, 0, 0, -1, -1, 1], unit());
    const place = { hotkey, lane, seq: Math.floor(unit() * 8), epoch } as const;
    const wrong = unit() < 0.35;
    const how = unit();
    world.spawn(this.#submit(place, wrong ? "wrong 1" : null));
    if (how < 0.3) world.spawn(this.#submit(place, wrong ? "wrong 1" : null));
    else if (how < 0.5) world.spawn(this.#submit(place, wrong ? null : "wrong 2"));
  }

  /** A customer's job, which it may put in twice and may cancel, and whose answer it fetches later. */
  job(): void {
    const { random, world } = this.#modules;
    const key = `key ${this.#jobs++}`;
    const request = {
      lane: LANE,
      kind: "kind-1",
      input: { x: `${1000 + this.#jobs}` },
      client_key: key,
      deadline_s: 60,
    };
    const put = async (): Promise<void> => {
      const heard = await this.#asking((parts) => jobHandlers(parts).putJob({ owner: null }, request));
      if (heard.kind !== "answer") return;
      const id = heard.value.job.job_id;
      if (random.unit() < 0.15) {
        await this.#wait(2000 + 4000 * random.unit());
        await this.#asking((parts) => jobHandlers(parts).cancelJob({ owner: null }, id));
      }
      for (let i = 0; i < 6; i++) {
        await this.#wait(3000 + 15_000 * random.unit());
        await this.fetch(id);
      }
    };
    world.spawn(put());
    if (random.unit() < 0.3) world.spawn(put());
  }

  async fetch(jobId: string): Promise<void> {
    const { history } = this.#modules;
    const heard = await this.#asking((parts) => jobHandlers(parts).job({ owner: null }, jobId));
    if (heard.kind !== "answer") return;
    const { state, answer } = heard.value;
    history.told.push({
      kind: "job",
      at: this.#now(),
      jobId,
      state,
      answer: answer === null ? null : JSON.stringify(answer),
    });
  }

  suspension(): void {
    const { random, hotkeys, world, history } = this.#modules;
    const hotkey = pick(hotkeys, random.unit());
    const tempos = 1 + Math.floor(4 * random.unit());
    const suspend = async (): Promise<void> => {
      const order = { hotkey, tempos, reason: "by hand" };
      const heard = await this.#asking((parts) => parts.judge.suspend(order, "operator"));
      if (heard.kind === "answer")
        history.told.push({
          kind: "suspended",
          at: this.#now(),
          hotkey,
          untilBlock: heard.value.until_block,
        });
    };
    world.spawn(suspend());
  }

  release(): void {
    const { random, hotkeys, world } = this.#modules;
    const hotkey = pick(hotkeys, random.unit());
    world.spawn(
      this.#asking((parts) => parts.judge.release(hotkey, "released by hand")).then(() => undefined),
    );
  }

  /** Asks every process that serves for the record of each epoch. */
  look(epochs: readonly number[]): void {
    const { history, world } = this.#modules;
    const look = async (epoch: number): Promise<void> => {
      const heard = await this.#once((parts) => parts.sampler.published(epoch));
      if (heard.kind === "answer" && heard.value.revealed_key !== null)
        history.told.push({ kind: "key", at: this.#now(), epoch });
    };
    for (const epoch of epochs) world.spawn(look(epoch));
  }

  async #submit({ hotkey, lane, seq, epoch }: Place, wrong: string | null): Promise<void> {
    const { history, random, ids } = this.#modules;
    const tier = tierOf[lane];
    const answer = wrong ?? String(ids.seed(hotkey, epoch, tier, seq));
    const request = requestOf(ids.id(hotkey, epoch, tier, seq), answer, seq);
    const uuid = random.uuid();
    let process = "";
    const heard = await this.#asking((parts, name) => {
      process = name;
      return parts.admission.submit(callerOf(parts, hotkey, uuid, request), request);
    });
    this.#count(
      heard.kind === "refused" ? heard.code : heard.kind === "answer" ? heard.value.kind : "silent",
    );
    if (heard.kind !== "answer") return;
    const { receiptId } = heard.value.submission;
    history.told.push({ kind: "receipt", process, at: this.#now(), receiptId });
  }

  /** Asks processes in turn until one answers, or refuses for good. */
  async #asking<T>(ask: (parts: Parts, name: string) => Promise<T>): Promise<Heard<T>> {
    let heard: Heard<T> = silent;
    for (let i = 0; i < TRIES; i++) {
      heard = await this.#once(ask);
      if (heard.kind === "answer" || (heard.kind === "refused" && !again.has(heard.code))) return heard;
      await this.#wait(200 + 2000 * this.#modules.random.unit());
    }
    return heard;
  }

  #once<T>(ask: (parts: Parts, name: string) => Promise<T>): Promise<Heard<T>> {
    const { world, nodes, random } = this.#modules;
    const node = pick(
      nodes.filter((one) => one.has("api")),
      random.unit(),
    );
    return new Promise((resolve) => {
      world.line.after(PATIENCE_MS, () => {
        world.touch();
        resolve(silent);
      });
      // On its way there: a process that is paused takes it when it goes on.
      node.process?.after(1 + 20 * random.unit(), () => {
        const { parts } = node;
        if (parts === null) return;
        ask(parts, node.spec.name).then(
          (value) => resolve({ kind: "answer", value }),
          (error: unknown) => resolve({ kind: "refused", code: codeOf(error) }),
        );
      });
    });
  }

  #wait(ms: number): Promise<void> {
    return this.#modules.world.later(ms, () => undefined);
  }

  #now(): number {
    return this.#modules.world.line.clock.nowMs();
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

/** Refusals after which the same request may succeed. */
const again = new Set([
  "store_unavailable",
  "busy",
  "rate_limited",
  "verify_backlog",
  "gate_full",
  "fenced_off",
]);

function codeOf(error: unknown): string {
  if (error instanceof AssayError) return error.problem.code;
  throw error;
}

function pick<T>(items: readonly T[], unit: number): T {
  const item = items[Math.floor(unit * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

function requestOf(challenge_id: string, answer: string, seq: number): SubmitRequest {
  return { challenge_id, seq, answer: { encoding: "text", bytes: Buffer.from(answer) } };
}

function callerOf(
  { clock }: Parts,
  hotkey: string,
  uuid: string,
  { challenge_id, answer }: SubmitRequest,
): Caller {
  return {
    headers: {
      "epistula-version": "2",
      "epistula-timestamp": String(Math.floor(clock.nowMs())),
      "epistula-uuid": uuid,
      "epistula-signed-by": hotkey,
      "epistula-signed-for": VALIDATOR,
      "epistula-request-signature": `0x${"0".repeat(128)}`,
    },
    method: "POST",
    target: "/v1/submissions",
    ip: "192.0.2.1",
    rawBody: Buffer.from(`${challenge_id} ${Buffer.from(answer.bytes).toString()}`),
    signal: new AbortController().signal,
  };
}
