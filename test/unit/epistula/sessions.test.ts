import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ed25519PublicKey, generatePrivateJwk } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import { Sessions } from "../../../src/epistula/sessions.ts";

const hour = 3_600_000;
const hotkeys = [1, 2, 3].map((fill) => encodeHotkey(new Uint8Array(32).fill(fill)));
const [alice = assert.fail(), bob = assert.fail(), carol = assert.fail()] = hotkeys;
const keyBytes = () => Buffer.from(generatePrivateJwk().x, "base64url");

describe("Sessions", () => {
  it("lives until the end of the next epoch", () => {
    for (const epochHours of [1, 6]) {
      const sessions = new Sessions({ epochs: everyHours(epochHours) });
      const epochMs = epochHours * hour;
      for (const nowMs of [10 * epochMs, 11 * epochMs - 1]) {
        const raw = keyBytes();
        const { session_id, hotkey, expires_at } = sessions.open(
          alice,
          { publicKey: raw },
          nowMs,
          systemRandom,
        );
        assert.equal(hotkey, alice);
        assert.match(session_id, /^sn_[0-9a-f]{32}$/);
        assert.equal(expires_at, 12 * epochMs);
        assert.ok(sessions.find(session_id, alice, expires_at - 1)?.key.equals(ed25519PublicKey(raw)));
        assert.equal(sessions.find(session_id, alice, expires_at), null);
        assert.equal(sessions.size, 0);
      }
    }
  });

  it("belongs to its hotkey alone", () => {
    const sessions = new Sessions({ epochs: everyHours(1) });
    const { session_id } = sessions.open(alice, { publicKey: keyBytes() }, 0, systemRandom);
    sessions.open(bob, { publicKey: keyBytes() }, 0, systemRandom);
    assert.equal(sessions.find(session_id, bob, 0), null);
    assert.equal(sessions.find(session_id, carol, 0), null);
    assert.equal(sessions.find(`sn_${"0".repeat(32)}`, alice, 0), null);
    assert.notEqual(sessions.find(session_id, alice, 0), null);
  });

  it("the newest wins, and the same key keeps its id", () => {
    const sessions = new Sessions({ epochs: everyHours(1) });
    const raw = keyBytes();
    const first = sessions.open(alice, { publicKey: raw }, 0, systemRandom);
    const again = sessions.open(alice, { publicKey: raw }, hour, systemRandom);
    assert.equal(again.session_id, first.session_id);
    assert.equal(again.expires_at, first.expires_at + hour);
    const other = sessions.open(alice, { publicKey: keyBytes() }, hour, systemRandom);
    assert.notEqual(other.session_id, first.session_id);
    assert.equal(sessions.find(first.session_id, alice, hour), null);
    assert.equal(sessions.size, 1);
  });

  it("drops the longest unused past its bound", () => {
    const sessions = new Sessions({ epochs: everyHours(1), limit: 2 });
    const a = sessions.open(alice, { publicKey: keyBytes() }, 0, systemRandom);
    const b = sessions.open(bob, { publicKey: keyBytes() }, 0, systemRandom);
    sessions.find(a.session_id, alice, 0);
    sessions.open(carol, { publicKey: keyBytes() }, 0, systemRandom);
    assert.equal(sessions.find(b.session_id, bob, 0), null);
    assert.notEqual(sessions.find(a.session_id, alice, 0), null);
    assert.equal(sessions.dropped, 1);
  });

  it("refuses bytes that are no key, and leaves the live session", () => {
    const sessions = new Sessions({ epochs: everyHours(1) });
    const { session_id } = sessions.open(alice, { publicKey: keyBytes() }, 0, systemRandom);
    assert.throws(() => sessions.open(alice, { publicKey: Buffer.alloc(31) }, 0, systemRandom), TypeError);
    assert.notEqual(sessions.find(session_id, alice, 0), null);
  });
});
