import assert from "node:assert/strict";
import { createPrivateKey, sign as signEd25519 } from "node:crypto";
import { describe, it } from "node:test";
import { generatePrivateJwk } from "../../../src/core/ed25519.ts";
import { AdmissionWorld, alice, epoch, type Letter, others, validator } from "../../support/admit/world.ts";
import { epistulaHeaders, type Signing } from "../../support/epistula/signing.ts";
import { problemOf } from "../../support/thrown.ts";

const [bob = assert.fail()] = others;

describe("sessions", () => {
  interface SessionKey {
    readonly raw: Buffer;
    sign(message: Uint8Array): Uint8Array;
  }

  function sessionKey(): SessionKey {
    const jwk = generatePrivateJwk();
    const key = createPrivateKey({ key: { ...jwk }, format: "jwk" });
    return { raw: Buffer.from(jwk.x, "base64url"), sign: (message) => signEd25519(null, message, key) };
  }

  function opening(world: AdmissionWorld, miner: Signing): Letter {
    return world.letter(miner, "open");
  }

  /** The letter again, signed with another key and naming a session. */
  function underSession(letter: Letter, sessionId: string, miner: Signing, key: SessionKey): Letter {
    const timestamp = letter.headers["epistula-timestamp"] ?? assert.fail();
    const request = { hotkey: miner.hotkey, body: letter.rawBody, signedFor: validator, timestamp };
    const headers = epistulaHeaders({ ...request, sign: key.sign });
    return { ...letter, headers: { ...headers, "assay-session": sessionId } };
  }

  it("signs submissions and reads until the end of the next epoch", async () => {
    const world = new AdmissionWorld();
    const key = sessionKey();
    const grant = await world.admission.openSession(opening(world, alice), { publicKey: key.raw });
    assert.equal(grant.hotkey, alice.hotkey);
    assert.equal(grant.expires_at, (epoch + 2) * 3_600_000);
    const schemes: string[] = [];
    world.before.signature = async (scheme) => void schemes.push(scheme);
    const send = () => underSession(world.letter(alice, String(world.nowMs)), grant.session_id, alice, key);
    assert.equal((await world.submit(send())).kind, "admitted");
    await world.admission.authenticate(send(), { allowSuspended: false });
    assert.deepEqual(schemes, ["ed25519", "ed25519"]);
    world.nowMs = grant.expires_at - 1;
    assert.equal((await world.submit(send())).kind, "admitted");
    world.nowMs = grant.expires_at;
    assert.deepEqual(await problemOf(() => world.submit(send())), { code: "session_unknown" });
    assert.equal(world.held().slots, 0);
  });

  it("binds method, path and query where that was asked for at its opening", async () => {
    const world = new AdmissionWorld();
    const key = sessionKey();
    const grant = await world.admission.openSession(opening(world, alice), {
      publicKey: key.raw,
      binds: true,
    });
    assert.equal(grant.binds, "request");
    const line = { method: "GET", target: "/v1/challenges?tier=1" };
    const bound = (to = line): Letter => {
      const prefix = Buffer.from(`${line.method} ${line.target}.`);
      const signing = { ...key, sign: (message: Uint8Array) => key.sign(Buffer.concat([prefix, message])) };
      return { ...underSession(world.letter(alice), grant.session_id, alice, signing), ...to };
    };
    const read = (letter: Letter) => world.admission.authenticate(letter, { allowSuspended: false });
    await read(bound());
    for (const other of [
      { ...line, method: "HEAD" },
      { ...line, target: "/v1/challenges?tier=2" },
      { ...line, target: "/v1/challenges" },
    ])
      assert.equal((await problemOf(() => read(bound(other)))).code, "bad_signature");
    const unbound = underSession(world.letter(alice), grant.session_id, alice, key);
    assert.equal((await problemOf(() => read(unbound))).code, "bad_signature");
  });

  it("keeps its id when it is opened again with the same key, unless it is to bind otherwise", async () => {
    const world = new AdmissionWorld();
    const { raw } = sessionKey();
    const ids: string[] = [];
    for (const binds of [false, false, true, true, false])
      ids.push(
        (await world.admission.openSession(opening(world, alice), { publicKey: raw, binds })).session_id,
      );
    assert.equal(ids[0], ids[1]);
    assert.equal(ids[2], ids[3]);
    assert.equal(new Set(ids).size, 3);
  });

  it("proves nobody else, and not with another key", async () => {
    const world = new AdmissionWorld();
    const key = sessionKey();
    const { session_id } = await world.admission.openSession(opening(world, alice), { publicKey: key.raw });
    const asBob = underSession(world.letter(bob), session_id, bob, key);
    assert.equal((await problemOf(() => world.submit(asBob))).code, "session_unknown");
    const wrongKey = underSession(world.letter(alice), session_id, alice, sessionKey());
    assert.equal((await problemOf(() => world.submit(wrongKey))).code, "bad_signature");
    const unnamed = underSession(world.letter(alice), session_id, alice, key);
    const { "assay-session": _, ...headers } = unnamed.headers;
    assert.equal((await problemOf(() => world.submit({ ...unnamed, headers }))).code, "bad_signature");
  });

  it("is not opened by a session key: the hotkey itself must sign", async () => {
    const world = new AdmissionWorld();
    const key = sessionKey();
    const { session_id } = await world.admission.openSession(opening(world, alice), { publicKey: key.raw });
    const letter = underSession(opening(world, alice), session_id, alice, key);
    const problem = await problemOf(() =>
      world.admission.openSession(letter, { publicKey: sessionKey().raw }),
    );
    assert.deepEqual(problem, { code: "bad_signature" });
  });

  it("opens for a suspended miner, which still reads its receipts, and for no unregistered hotkey", async () => {
    const world = new AdmissionWorld();
    world.suspendedUntil = 2000;
    await world.admission.openSession(opening(world, alice), { publicKey: sessionKey().raw });
    world.registered = false;
    const problem = await problemOf(() =>
      world.admission.openSession(opening(world, bob), { publicKey: sessionKey().raw }),
    );
    assert.equal(problem.code, "not_registered");
    assert.equal(world.sessions.size, 1);
  });
});
