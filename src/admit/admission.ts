import { addressKey } from "../core/address.ts";
import { sha256Hex } from "../core/hash.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { type Asked, type Claim, ClaimVerifier, readClaim, type Signers } from "../epistula/claim.ts";
import type { SessionGrant, SessionRequest } from "../epistula/sessions.ts";
import { type Use, UsedSignatures } from "../epistula/usedSignatures.ts";
import type { Caller } from "../flow/caller.ts";
import type { RecognisedChallenge } from "../flow/challenge.ts";
import type { Reservation } from "../flow/reservation.ts";
import type { Spend } from "../flow/spend.ts";
import type { AdmitOutcome, PendingSubmission, SubmitRequest } from "../flow/submission.ts";
import { AddressTokens } from "./addressTokens.ts";
import { Buckets } from "./buckets.ts";
import { Gate, type GateStats } from "./gate.ts";
import { admitLimits, retryAfterS, usedSignaturesOptions, wholeSeconds } from "./limits.ts";
import { AdmitMeasures, type Purpose } from "./measures.ts";
import { Newcomers } from "./newcomers.ts";
import type { AdmissionModules, AdmissionOptions } from "./ports.ts";
import { newSubmission, refusal, spendRefusal } from "./record.ts";
import { RoomLine } from "./roomLine.ts";
import { spendOf } from "./spendOf.ts";

type Admitted = Exclude<AdmitOutcome, { kind: "refused" }>;

/**
 * Decides in bounded time whether a request may enter, cheapest check first. Every refusal is an `AssayError`; when
 * the client vanishes the abort reason is thrown. Everything held is released when the promise settles.
 */
export class Admission {
  /** Taken by the receiver of a request, before it reads the body; nothing here takes one. */
  readonly addresses: AddressTokens;
  readonly #options: AdmissionOptions;
  readonly #modules: AdmissionModules;
  readonly #measures: AdmitMeasures;
  readonly #proof: ClaimVerifier;
  readonly #proofs = new WeakMap<Claim, Promise<void>>();
  /** The hotkeys that were proven to have sent requests. */
  readonly #senders = new WeakMap<Caller, string>();
  readonly #submitGate: Gate;
  readonly #readGate: Gate;
  readonly #room: RoomLine;
  readonly #submitters: Buckets;
  readonly #readers: Buckets;
  readonly #used: UsedSignatures;
  readonly #newcomers: Newcomers;

  constructor(options: AdmissionOptions, modules: AdmissionModules) {
    const { clock, metrics } = modules;
    const { perHotkey, gate } = options;
    this.#options = options;
    this.#modules = modules;
    this.#measures = new AdmitMeasures(clock, metrics);
    this.#proof = new ClaimVerifier(modules);
    this.#submitGate = new Gate(gate, { clock, metrics, name: "submit" });
    this.#readGate = new Gate(gate, { clock, metrics, name: "read" });
    this.#room = new RoomLine(modules.backlog);
    this.addresses = new AddressTokens(options, {
      clock,
      refused: (kind) => this.#measures.countRefusal(kind, "ip_rate_limited"),
    });
    this.#submitters = new Buckets({ ...perHotkey, keys: admitLimits.hotkeys.value });
    this.#readers = new Buckets({ ...perHotkey, keys: admitLimits.hotkeys.value });
    this.#used = new UsedSignatures(usedSignaturesOptions(options), clock);
    this.#newcomers = new Newcomers(options.newHotkeysPerAddressHour);
  }

  stats(): { readonly submit: GateStats; readonly read: GateStats } {
    return { submit: this.#submitGate.stats(), read: this.#readGate.stats() };
  }

  counts(): ReturnType<AdmitMeasures["counts"]> {
    return this.#measures.counts();
  }

  /** Admits one answer, durably, or returns the submission that it repeats. */
  submit(caller: Caller, request: SubmitRequest): Promise<Admitted> {
    return this.#counted("submit", caller, () => this.#submit(caller, request));
  }

  /** Verifies the sender of a signed read. `allowSuspended`: a suspended miner may read this too. */
  authenticate(caller: Caller, options: { allowSuspended: boolean }): Promise<Claim> {
    return this.#counted("read", caller, () =>
      this.#read(caller, { signers: "hotkey_or_session", use: "read", ...options }),
    );
  }

  /** Verifies who opens a stream. Its signature opens no other. */
  authenticateStream(caller: Caller): Promise<Claim> {
    return this.#counted("read", caller, () =>
      this.#read(caller, { signers: "hotkey_or_session", use: "once", allowSuspended: false }),
    );
  }

  /** Binds an Ed25519 public key of 32 bytes to the hotkey, which must have signed the request itself. */
  openSession(caller: Caller, asked: SessionRequest): Promise<SessionGrant> {
    return this.#counted("session", caller, async () => {
      const { hotkey } = await this.#read(caller, { signers: "hotkey", use: "once", allowSuspended: true });
      const { sessions, clock, random } = this.#modules;
      return sessions.open(hotkey, asked, clock.nowMs(), random);
    });
  }

  /** Counts how a request ends; a refused one also for its sender, once proven: anyone can name any hotkey. */
  #counted<T>(purpose: Purpose, caller: Caller, request: () => Promise<T>): Promise<T> {
    return this.#measures.counted(purpose, caller.signal, request, (code) => {
      const hotkey = this.#senders.get(caller);
      if (hotkey !== undefined) this.#modules.reasons?.add(hotkey, "refused", code);
    });
  }

  /** Before a signature is judged by its time: with a wrong clock every honest one would be stale. */
  #now(): number {
    this.#modules.requireClock?.();
    return this.#modules.clock.nowMs();
  }

  async #submit(caller: Caller, request: SubmitRequest): Promise<Admitted> {
    this.#modules.requireIntake?.();
    const receivedAt = this.#now();
    const claim = readClaim(caller.headers, this.#options, receivedAt);
    const challenge = await this.#measures.timed("recognise", () =>
      this.#modules.challenges.recognise(request.challenge_id, claim.hotkey, request.seq, () =>
        this.#proven(caller, claim, { signers: "hotkey_or_session", isRecognised: false }),
      ),
    );
    requireShort(request.answer, challenge);
    caller.signal.throwIfAborted();
    this.#room.require(challenge.lane);
    const outcome = await this.#throughGate(caller, claim, challenge, async () => {
      const block = await this.#proveSubmitter(caller, claim);
      return this.#record(caller, claim, challenge, { answer: request.answer, block, receivedAt });
    });
    this.#measures.countSubmission(challenge.lane, outcome.kind);
    return outcome;
  }

  /**
   * From the gate to the durable row; slot and room are released however this ends. Room in verification is taken with the
   * slot and not before: unproven requests never hold more room than the gate has slots.
   */
  async #throughGate(
    { signal }: Caller,
    { hotkey }: Claim,
    { lane }: RecognisedChallenge,
    record: () => Promise<Admitted>,
  ): Promise<Admitted> {
    const slot = await this.#measures.timed("gate", () => this.#submitGate.enter(hotkey, signal));
    let handedOver = false;
    let reservation: Reservation | null = null;
    try {
      reservation = await this.#measures.timed("room", () => this.#room.reserve(lane, signal));
      const outcome = await record();
      if (outcome.kind === "admitted") handedOver = this.#handOver(outcome.submission, reservation);
      return outcome;
    } finally {
      slot.release();
      if (!handedOver) reservation?.release();
    }
  }

  /** The chain height at which the sender was found free to submit. */
  async #proveSubmitter(caller: Caller, claim: Claim): Promise<number> {
    caller.signal.throwIfAborted();
    const asked = { signers: "hotkey_or_session", isRecognised: true } as const;
    await this.#prove(caller, claim, { ...asked, use: useOf(caller), buckets: this.#submitters });
    const block = this.#requireBlock();
    this.#requireRegistered(claim.hotkey);
    this.#requireFree(claim.hotkey);
    this.#letIn(caller.ip, claim.hotkey);
    return block;
  }

  async #record(
    caller: Caller,
    { hotkey, uuid }: Claim,
    challenge: RecognisedChallenge,
    given: Pick<SubmitRequest, "answer"> & { readonly block: number; readonly receivedAt: number },
  ): Promise<Admitted> {
    const { random, clock, draw, store, shared } = this.#modules;
    const drawn = draw(challenge.lane, hotkey, challenge.challengeId, challenge.epoch);
    const submission = {
      ...newSubmission(challenge, { hotkey, draw: drawn, ...given }, random.bytes(10)),
      ...(shared ? { spend: this.#spendOf({ hotkey, uuid }, useOf(caller), "submit") } : {}),
    };
    const outcome = await this.#measures.timed("record", () => store.admit(submission));
    if (outcome.kind !== "refused") return outcome;
    const { epoch: current } = this.#options.epochs.at(clock.nowMs());
    throw refusal(outcome, challenge, { current, uuid });
  }

  /** The row is durable and will be decided whatever happens here: a throw is the validator's fault, not the miner's. */
  #handOver(submission: PendingSubmission, reservation: Reservation): boolean {
    try {
      this.#modules.admitted(submission, reservation);
      return true;
    } catch (thrown) {
      this.#modules.log.error("hand_over_failed", {
        receipt_id: submission.receiptId,
        cause: causeText(thrown),
      });
      return false;
    }
  }

  async #read(
    caller: Caller,
    { allowSuspended, ...asked }: { signers: Signers; use: Use; allowSuspended: boolean },
  ): Promise<Claim> {
    const claim = readClaim(caller.headers, this.#options, this.#now());
    caller.signal.throwIfAborted();
    // A read names no challenge, so any sender can claim any hotkey: shares of the gate are per address.
    const key = `${claim.hotkey} ${addressKey(caller.ip)}`;
    const slot = await this.#readGate.enter(key, caller.signal);
    try {
      caller.signal.throwIfAborted();
      await this.#prove(caller, claim, { ...asked, isRecognised: false, buckets: this.#readers });
    } finally {
      slot.release();
    }
    if (asked.use === "once") await this.#spend(claim);
    this.#requireRegistered(claim.hotkey);
    if (!allowSuspended) this.#requireFree(claim.hotkey);
    this.#letIn(caller.ip, claim.hotkey);
    return claim;
  }

  #spendOf(claim: Pick<Claim, "hotkey" | "uuid">, use: Use, kind: "submit" | "read"): Spend {
    return spendOf(this.#options, claim, { use, kind });
  }

  /** What must not be done twice is not done twice in another process either. */
  async #spend(claim: Claim): Promise<void> {
    const { shared } = this.#modules;
    if (shared === undefined) return;
    const [outcome] = await shared.spend([this.#spendOf(claim, "once", "read")]);
    if (outcome?.kind === "refused") throw spendRefusal(outcome, claim.uuid);
  }

  /** Verifies the signature, takes a token of the proven hotkey, and remembers what the signature was used for. */
  async #prove(
    caller: Caller,
    claim: Claim,
    { use, buckets, ...asked }: Asked & { readonly use: Use; readonly buckets: Buckets },
  ): Promise<void> {
    await this.#measures.timed("signature", () => this.#proven(caller, claim, asked));
    caller.signal.throwIfAborted();
    const waitMs = buckets.take(claim.hotkey, this.#modules.clock.monotonicMs());
    if (waitMs > 0) throw new AssayError({ code: "rate_limited", retry_after_s: wholeSeconds(waitMs) });
    this.#used.use(claim.hotkey, claim.uuid, use);
  }

  /** Takes a token of the address for a new hotkey: in large numbers they push others out of judge's memory. */
  #letIn(ip: string, hotkey: string): void {
    const { miners, clock } = this.#modules;
    const waitMs = miners.isNew(hotkey) ? this.#newcomers.take(ip, hotkey, clock.monotonicMs()) : 0;
    if (waitMs > 0)
      throw new AssayError({ code: "too_many_new_hotkeys", retry_after_s: wholeSeconds(waitMs) });
  }

  /** One verification per request, although both recognition and admission may ask for it. */
  async #proven(caller: Caller, claim: Claim, asked: Asked): Promise<void> {
    const proof = this.#proofs.get(claim) ?? this.#proof.require(claim, caller, asked);
    this.#proofs.set(claim, proof);
    await proof;
    this.#senders.set(caller, claim.hotkey);
  }

  /** Throws `chain_unavailable` while the height is unknown. */
  #requireBlock(): number {
    const block = this.#modules.miners.block();
    if (block !== null) return block;
    throw new AssayError({ code: "chain_unavailable", retry_after_s: retryAfterS.chain_unavailable });
  }

  /** Throws `not_registered`, or `chain_unavailable` while the chain has never answered. */
  #requireRegistered(hotkey: string): void {
    if (this.#modules.miners.isRegistered(hotkey)) return;
    this.#requireBlock();
    throw new AssayError({ code: "not_registered", hotkey });
  }

  /** Throws `suspended` while the height is below the block that frees the hotkey, `chain_unavailable` without one. */
  #requireFree(hotkey: string): void {
    const block = this.#requireBlock();
    const until = this.#modules.miners.suspendedUntil(hotkey);
    if (until === null || block >= until) return;
    throw new AssayError({ code: "suspended", hotkey, until_block: until });
  }
}

/** Names one request exactly. */
const useOf = ({ method, target, rawBody }: Caller): Use => `${method} ${target} ${sha256Hex(rawBody)}`;

/** Throws `answer_too_large` for what no answer to the challenge can be. */
function requireShort({ bytes }: SubmitRequest["answer"], { answerBytes }: RecognisedChallenge): void {
  if (bytes.length > answerBytes)
    throw new AssayError({ code: "answer_too_large", limit_bytes: answerBytes });
}
