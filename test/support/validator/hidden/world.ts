import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Agent, request } from "node:http";
import type { TestContext } from "node:test";
import { Admission } from "../../../../src/admit/admission.ts";
import { Challenges } from "../../../../src/challenge/challenges.ts";
import { makeSealed } from "../../../../src/challenge/sealed.ts";
import type { Clock } from "../../../../src/core/clock.ts";
import { generatePrivateJwk, makeSigner } from "../../../../src/core/ed25519.ts";
import { everyHours } from "../../../../src/core/epochs.ts";
import { parseFraction } from "../../../../src/core/fraction.ts";
import { sha256 } from "../../../../src/core/hash.ts";
import type { Log } from "../../../../src/core/log.ts";
import { type Metrics, noMetrics } from "../../../../src/core/metrics.ts";
import { Sessions } from "../../../../src/epistula/sessions.ts";
import { SignatureVerifier } from "../../../../src/epistula/signatureVerifier.ts";
import type { Lane, Penalty } from "../../../../src/flow/lane.ts";
import type { Pool, PoolRequest, PoolResults, PoolTaskKind, TaskOfKind } from "../../../../src/flow/pool.ts";
import type { Store } from "../../../../src/flow/store.ts";
import type { AdmitOutcome, Decision, NewSubmission, Submission } from "../../../../src/flow/submission.ts";
import { startHttp } from "../../../../src/http/server.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { Sampler } from "../../../../src/sample/sampler.ts";
import type { Alerts } from "../../../../src/validator/alerts/alerts.ts";
import { makeHandlers } from "../../../../src/validator/handlers.ts";
import type { Parts } from "../../../../src/validator/parts.ts";
import { SubmissionVerifier } from "../../../../src/verify/submissions/submissionVerifier.ts";
import { pendingOf } from "../../admit/world.ts";
import { SeededRandom } from "../../dispatch/cap/queueing.ts";
import { MemorySessions } from "../../epistula/memorySessions.ts";
import { epistulaHeaders, type Signing, signingOf } from "../../epistula/signing.ts";
import { namedLane } from "../../lanes/named.ts";
import { epochsInMemory } from "../../sample/predictability/epochs.ts";
import { LookedAtClock } from "./clock.ts";
import type { Sent } from "./shape.ts";

const EPOCH = 470_000;
const LANE = "sat";
/** An answer that the pool's stand-in finds wrong. */
export const WRONG = "wrong";
export const RIGHT = "right";

const master = sha256("master of a pull lane");
const validator = signingOf("validator").hotkey;
const verifier = new SignatureVerifier();
export const miners: readonly Signing[] = Array.from({ length: 4 }, (_, n) => signingOf(`pull miner ${n}`));

/** Everything that the admission of one request did, in order, and the answer as it was sent. */
export interface Told extends Sent {
  readonly sampled: boolean;
  readonly trace: readonly string[];
}

/** The whole pull lane of a validator behind its real HTTP server, on a clock of its own, with all that it does recorded. */
export class PullHiddenWorld {
  readonly clock = new LookedAtClock(EPOCH);
  readonly #scheme = makeSealed(master);
  readonly #lane: Lane;
  readonly #sampler: Sampler;
  readonly #verifier: SubmissionVerifier;
  readonly #rows = new Map<string, Submission>();
  readonly #byKey = new Map<string, Submission>();
  readonly #answers = new Map<string, number>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #signer = makeSigner(generatePrivateJwk());
  #trace: string[] = [];
  #url = "";
  /** Lets timers run; nothing but a submission's end waits for one. */
  #tick: (ms: number) => void = () => {};

  static async open(t: TestContext, penalty: Penalty): Promise<PullHiddenWorld> {
    const world = new PullHiddenWorld(penalty);
    await world.#start(t);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    world.#tick = (ms) => t.mock.timers.tick(ms);
    return world;
  }

  private constructor(penalty: Penalty) {
    const rate = parseFraction("1/2");
    if (rate === null) throw new RangeError("1/2 is a fraction");
    const maxAttempts = penalty === "strike" ? 1 : 3;
    const shape = { n_vars: 4, n_clauses: 17 };
    const tier = { allotment: 100_000, weight: 1, answerBytes: 1000, shape, spec: {} };
    this.#lane = {
      ...namedLane(LANE, 1, penalty),
      policy: { rate, penalty, maxAttempts, share: 1 },
      tiers: new Map([[1, tier]]),
    } as Lane;
    const classes = { customer: "1", cold_start: "1/2", struck: "1/2" };
    const options = { epochs: everyHours(1), masters: [master] };
    this.#sampler = new Sampler(
      { ...options, policy: { lanes: { [LANE]: "1/2" }, classes, floor: "1/100" } },
      { ...this.#ports(), signer: this.#signer, store: epochsInMemory() },
    );
    this.#verifier = new SubmissionVerifier(
      { concurrency: 4, pendingFactor: 4, maxTries: 3, retryMs: 2 },
      {
        ...{ ...this.#ports(), pool: this.#pool(), lanes: new Map([[LANE, this.#lane]]) },
        store: { pending: async () => [], countTry: async () => 1 },
        seedOf: () => 7n,
        conclude: async ({ receiptId }, verdict) => {
          const state = verdict?.outcome === "invalid" ? "rejected" : "accepted";
          const code = verdict?.outcome === "invalid" ? verdict.code : null;
          this.#decide({ receiptId, state, verified: verdict !== null, code, at: 0, strike: null });
        },
      },
    );
  }

  async #start(t: TestContext): Promise<void> {
    await this.#sampler.start();
    const onFinish = () => this.#note("answered");
    subscribe("http.server.response.finish", onFinish);
    const options = { host: "127.0.0.1", port: 0, maxBodyBytes: 65_536, bodyDeadlineMs: 5000 };
    const server = await startHttp(
      { ...options, maxConnections: 256, perAddressConnections: 4096, trustedProxies: [], version: "0.0.1" },
      { handlers: makeHandlers(this.#parts(), {} as Alerts), ...this.#ports() },
    );
    this.#url = `${server.url}/v1/submissions`;
    t.after(async () => {
      t.mock.timers.reset();
      unsubscribe("http.server.response.finish", onFinish);
      this.#agent.destroy();
      await this.#verifier.drain(0);
      await server.close(0);
    });
  }

  /** Hands in an answer and tells what happened up to the reply; returns once it is concluded as well. */
  async submit(miner: Signing, seq: number, answer: string): Promise<Told> {
    const challenge_id = this.#scheme.id(miner.hotkey, EPOCH, 1, seq);
    const body = Buffer.from(JSON.stringify({ challenge_id, solution: answer }));
    this.clock.settle(1000);
    const timestamp = String(this.clock.nowMs());
    const { hotkey, sign } = miner;
    const uuid = `c0ffee00-0000-4000-8000-${String(seq).padStart(12, "0")}`;
    const headers = epistulaHeaders({ hotkey, sign, body, signedFor: validator, timestamp, uuid });
    this.clock.settle(1000);
    this.#trace = [];
    const reply = await this.#post(body, headers);
    const trace = this.#trace.slice(0, this.#trace.findIndex((event) => event.startsWith("answered")) + 1);
    if (this.#verifier.pendingUnits() > 0) await this.#concluded();
    const { sampled } = this.#sampler.draw(LANE, miner.hotkey, challenge_id, EPOCH, []);
    return { sampled, trace, ...reply };
  }

  /** Once what was handed in last is concluded, and its room free again. */
  async #concluded(): Promise<void> {
    while (this.#verifier.pendingUnits() > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#tick(1);
    }
    assert.ok(this.#trace.some((event) => event.startsWith("store decide")));
  }

  #note(event: string): void {
    this.#trace.push(`${event} after ${this.clock.looks} looks`);
  }

  #post(body: Buffer, headers: Readonly<Record<string, string>>): Promise<Sent> {
    return new Promise((resolve, reject) => {
      const all = { ...headers, "content-type": "application/json", "content-length": body.length };
      const sent = request(this.#url, { method: "POST", headers: all, agent: this.#agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const raw = answer.rawHeaders;
          resolve({
            status: answer.statusCode ?? 0,
            headers: raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ""] as const] : [])),
            body: Buffer.concat(chunks).toString(),
          });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** What every part is given. The metrics of draws tell what was drawn, and are for the operator alone. */
  #ports(): { clock: Clock; log: Log; metrics: Metrics } {
    const log = (event: string) => this.#note(`log ${event}`);
    const metric = (name: string, values: Readonly<Record<string, string>> = {}, by?: number) => {
      if (name === "assay_draws_total" || name === "assay_sample_realised_ratio") return;
      this.#note(["metric", name, ...Object.values(values), by ?? ""].join(" "));
    };
    return {
      clock: this.clock,
      log: { debug: log, info: log, warn: log, error: log },
      metrics: {
        counter: (name) => ({ add: (values, by) => metric(name, values, by ?? 1) }),
        gauge: (name) => ({ set: (value, values) => metric(name, values, value) }),
        histogram: (name) => ({ observe: (_, values) => metric(name, values) }),
      },
    };
  }

  #parts(): Parts {
    const lanes = new Map([[LANE, this.#lane]]);
    const pool = this.#pool();
    const tier = {
      allotment: 100_000,
      weight: 1,
      shape: { n_vars: 4, n_clauses: 17 },
      spec: {},
    };
    const { maxAttempts } = this.#lane.policy;
    const challenges = new Challenges(
      {
        ...{
          issue: "sealed",
          accept: ["sealed"],
          epochs: everyHours(1),
          indexBytes: 1_000_000,
          current: master,
          previous: null,
        },
        tiers: new Map([[1, { ...tier, answerBytes: 1000, lane: LANE, maxAttempts }]]),
      },
      {
        clock: this.clock,
        metrics: noMetrics,
        termsOf: () => null,
        buildIndex: async () => new Uint8Array(),
        indexShare: async () => "known",
      },
    );
    const store: Pick<Store, "admit"> = { admit: (submission) => this.#admit(submission) };
    const admission = this.#admission(challenges, store, pool);
    const { clock, log } = this.#ports();
    const parts: Partial<Parts> = {
      circuits: [],
      ...{ lanes, pool, challenges, admission, store: store as Store, clock, log },
      ...{ sampler: this.#sampler, verifier: this.#verifier, signer: this.#signer },
      ...{ adminToken: "token", push: null, metrics: new MetricRegistry() },
    };
    return parts as Parts;
  }

  #admission(challenges: Challenges, store: Pick<Store, "admit">, pool: Pool): Admission {
    const limits = { gate: { slots: 8, waitMs: 20, queue: 16 }, perIpPerMin: 6000 };
    const perHotkey = { burst: 60, perSecond: 20 };
    const newHotkeysPerAddressHour = 64;
    return new Admission(
      {
        validator,
        pastMs: 8000,
        futureMs: 2000,
        epochs: everyHours(1),
        ...limits,
        perHotkey,
        newHotkeysPerAddressHour,
      },
      {
        ...{ ...this.#ports(), random: new SeededRandom(1), pool, store, challenges },
        sessions: new Sessions({ epochs: everyHours(1) }, { store: new MemorySessions() }),
        miners: {
          block: () => 1000,
          isRegistered: () => true,
          isNew: () => false,
          suspendedUntil: () => null,
        },
        draw: (lane, hotkey, workId, epoch) => {
          this.#note("draw");
          return this.#sampler.draw(lane, hotkey, workId, epoch, []);
        },
        backlog: {
          hasRoom: (lane) => this.#verifier.hasRoom(lane),
          reserve: (lane) => {
            const held = this.#verifier.reserve(lane);
            this.#note(`reserve ${held !== null}`);
            return held;
          },
        },
        admitted: (submission, reservation) => {
          this.#note("handed over");
          this.#verifier.accept(submission, reservation);
        },
      },
    );
  }

  #pool(): Pool {
    const run = async (task: PoolRequest): Promise<PoolResults[PoolTaskKind]> => {
      this.#note(`pool ${task.kind}`);
      if (task.kind === "signature" || task.kind === "claim") return verifier.verify(task);
      if (task.kind !== "check") throw new TypeError(`pool: ${task.kind}`);
      const isRight = Buffer.from(task.answer.bytes).toString().startsWith(RIGHT);
      return isRight ? { outcome: "valid" } : { outcome: "invalid", code: "solution_unsatisfied" };
    };
    return {
      run: <K extends PoolTaskKind>(task: TaskOfKind<K>) => run(task) as Promise<PoolResults[K]>,
      close: async () => {},
    };
  }

  async #admit(submission: NewSubmission): Promise<AdmitOutcome> {
    this.#note("store admit");
    const { idempotencyKey, challengeId, receiptId } = submission;
    const known = this.#rows.get(this.#byKey.get(idempotencyKey)?.receiptId ?? "");
    if (known !== undefined) return { kind: "replay", submission: known };
    const answers = this.#answers.get(challengeId) ?? 0;
    if (answers >= submission.maxAttempts) return { kind: "refused", code: "already_answered" };
    this.#answers.set(challengeId, answers + 1);
    const pending = pendingOf(submission);
    this.#byKey.set(idempotencyKey, pending);
    this.#rows.set(receiptId, pending);
    this.#note("store admitted");
    return { kind: "admitted", submission: pending };
  }

  #decide({ receiptId, state, code }: Decision): void {
    this.#note("store decide");
    const row = this.#rows.get(receiptId);
    if (row !== undefined) this.#rows.set(receiptId, { ...row, state, code });
  }
}
