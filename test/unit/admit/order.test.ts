import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AssayError } from "../../../src/core/problems/assayError.ts";
import {
  AdmissionWorld,
  alice,
  epoch,
  forged,
  type Letter,
  others,
  ownId,
  settled,
  withHeader,
} from "../../support/admit/world.ts";
import { problemOf } from "../../support/thrown.ts";

const [bob = assert.fail()] = others;
const slow = { burst: 2, perSecond: 0.001 };

/** One thing that can be wrong, in the order in which it is to be found. */
interface Fault {
  readonly code: string;
  /** Makes the world such that it refuses; runs for the later faults first. */
  readonly prepare?: (world: AdmissionWorld) => Promise<void>;
  readonly spoil?: (letter: Letter) => Letter;
}

function headerSet(name: string, value: string | null): (letter: Letter) => Letter {
  return (letter) => withHeader(letter, name, value);
}

const named = (challenge_id: string) => (letter: Letter) => ({
  ...letter,
  body: { ...letter.body, challenge_id },
});

const answered = (length: number) => (letter: Letter) => ({
  ...letter,
  body: { ...letter.body, answer: { encoding: "text" as const, bytes: Buffer.alloc(length, "v") } },
});

async function sendUntil(world: AdmissionWorld, code: string, make: () => Letter): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const end = await world.submit(make()).then(
      () => "admitted",
      (thrown: AssayError) => thrown.code,
    );
    if (end === code) return;
  }
  assert.fail(`never ${code}`);
}

/** Takes every slot with requests of others whose signatures stay under way, and leaves no queue. */
async function fillGate(world: AdmissionWorld): Promise<void> {
  world.before.signature = () => Promise.withResolvers<void>().promise;
  for (const [n, other] of others.entries()) {
    world.submit(world.letter(other, "", `198.51.100.${n}`)).catch(() => {});
  }
  await settled();
}

const faults: readonly Fault[] = [
  {
    code: "ip_rate_limited",
    prepare: (world) => sendUntil(world, "ip_rate_limited", () => forged(world.letter(alice))),
  },
  { code: "header_missing", spoil: headerSet("epistula-version", null) },
  { code: "header_malformed", spoil: headerSet("epistula-uuid", "?") },
  { code: "timestamp_stale", spoil: headerSet("epistula-timestamp", String(epoch * 3_600_000 - 8000)) },
  { code: "wrong_validator", spoil: headerSet("epistula-signed-for", bob.hotkey) },
  { code: "not_your_challenge", spoil: named(ownId(bob)) },
  { code: "answer_too_large", spoil: answered(1001) },
  {
    code: "verify_backlog",
    prepare: async (world) => {
      world.backlogFull = true;
    },
  },
  { code: "busy", prepare: fillGate },
  { code: "bad_signature", spoil: forged },
  {
    code: "rate_limited",
    prepare: (world) => sendUntil(world, "rate_limited", () => world.letter(alice, "x", "203.0.113.9")),
  },
  {
    code: "chain_unavailable",
    prepare: async (world) => {
      world.block = null;
    },
  },
  {
    code: "not_registered",
    prepare: async (world) => {
      world.registered = false;
    },
  },
  {
    code: "suspended",
    prepare: async (world) => {
      world.suspendedUntil = 2000;
    },
  },
  {
    code: "already_solved",
    prepare: async (world) => {
      world.storeAnswer = () => ({ kind: "refused", code: "already_solved" });
    },
  },
];

async function refusalOf(wrong: readonly Fault[]): Promise<string> {
  const options = { gate: { slots: 8, waitMs: 2, queue: 0 }, perIpPerMin: 6, perHotkey: slow };
  const world = new AdmissionWorld(options);
  for (const fault of wrong.toReversed()) await fault.prepare?.(world);
  const letter = wrong.reduce((sent, { spoil }) => spoil?.(sent) ?? sent, world.letter(alice));
  return (await problemOf(() => world.submit(letter))).code;
}

describe("the order of refusals", () => {
  for (const [n, fault] of faults.entries()) {
    it(`${fault.code} comes alone, and before all faults that are found later`, async () => {
      assert.equal(await refusalOf([fault]), fault.code);
      for (const later of faults.slice(n + 1)) {
        assert.equal(await refusalOf([fault, later]), fault.code, `with ${later.code}`);
      }
    });
  }

  it("ids that are malformed or of another epoch are told apart", async () => {
    assert.equal(await refusalOf([{ code: "", spoil: named("pm-t1") }]), "malformed_challenge_id");
    const expired = ownId(alice).replace(`e${epoch}`, `e${epoch - 2}`);
    assert.equal(await refusalOf([{ code: "", spoil: named(expired) }]), "epoch_expired");
  });
});
