import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generatePrivateJwk } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import { Sessions } from "../../../src/epistula/sessions.ts";
import { MemorySessions } from "../../support/epistula/memorySessions.ts";

const hour = 3_600_000;
const hotkeys = [1, 2, 3].map((fill) => encodeHotkey(new Uint8Array(32).fill(fill)));
const [alice = assert.fail(), bob = assert.fail(), carol = assert.fail()] = hotkeys;
const keyBytes = () => Buffer.from(generatePrivateJwk().x, "base64url");

describe("Sessions", () => {
  it("lives until the end of the next epoch", async () => {
    for (const epochHours of [1, 6]) {
      const sessions = new Sessions({ epochs: everyHours(epochHours) }, { store: new MemorySessions() });
      const epochMs = epochHours * hour;
      for (const nowMs of [10 * epochMs, 11 * epochMs - 1]) {
        const raw = keyBytes();
        const { session_id, hotkey, expires_at } = await sessions.open(
          alice,
          { publicKey: raw },
          nowMs,
          systemRandom,
        );
        assert.equal(hotkey, alice);
        assert.match(session_id, /^sn_[0-9a-f]{32}$/);
        assert.equal(expires_at, 12 * epochMs);
        const session = await sessions.find(session_id, alice, expires_at - 1);
        assert.deepEqual(session?.publicKey, Buffer.from(raw));
        assert.equal(await sessions.find(session_id, alice, expires_at), null);
        assert.equal(sessions.size, 0);
      }
    }
  });

  it("belongs to its hotkey alone", async () => {
    const sessions = new Sessions({ epochs: everyHours(1) }, { store: new MemorySessions() });
    const { session_id } = await sessions.open(alice, { publicKey: keyBytes() }, 0, systemRandom);
    await sessions.open(bob, { publicKey: keyBytes() }, 0, systemRandom);
    assert.equal(await sessions.find(session_id, bob, 0), null);
    assert.equal(await sessions.find(session_id, carol, 0), null);
    assert.equal(await sessions.find(`sn_${"0".repeat(32)}`, alice, 0), null);
    assert.notEqual(await sessions.find(session_id, alice, 0), null);
  });

  it("the newest wins, and the same key keeps its id", async () => {
    const sessions = new Sessions({ epochs: everyHours(1) }, { store: new MemorySessions() });
    const raw = keyBytes();
    const first = await sessions.open(alice, { publicKey: raw }, 0, systemRandom);
    const again = await sessions.open(alice, { publicKey: raw }, hour, systemRandom);
    assert.equal(again.session_id, first.session_id);
    assert.equal(again.expires_at, first.expires_at + hour);
    const other = await sessions.open(alice, { publicKey: keyBytes() }, hour, systemRandom);
    assert.notEqual(other.session_id, first.session_id);
    assert.equal(await sessions.find(first.session_id, alice, hour), null);
    assert.equal(sessions.size, 1);
  });

  it("forgets the longest unused past its bound, and reads it from the store again", async () => {
    const store = new MemorySessions();
    const sessions = new Sessions({ epochs: everyHours(1), limit: 2 }, { store });
    const a = await sessions.open(alice, { publicKey: keyBytes() }, 0, systemRandom);
    const b = await sessions.open(bob, { publicKey: keyBytes() }, 0, systemRandom);
    await sessions.find(a.session_id, alice, 0);
    await sessions.open(carol, { publicKey: keyBytes() }, 0, systemRandom);
    assert.equal(sessions.dropped, 1);
    assert.notEqual(await sessions.find(a.session_id, alice, 0), null);
    assert.equal(store.reads, 0);
    assert.notEqual(await sessions.find(b.session_id, bob, 0), null);
    assert.deepEqual([store.reads, sessions.size], [1, 2]);
  });

  it("refuses bytes that are no key, and leaves the live session", async () => {
    const sessions = new Sessions({ epochs: everyHours(1) }, { store: new MemorySessions() });
    const { session_id } = await sessions.open(alice, { publicKey: keyBytes() }, 0, systemRandom);
    await assert.rejects(sessions.open(alice, { publicKey: Buffer.alloc(31) }, 0, systemRandom), TypeError);
    assert.notEqual(await sessions.find(session_id, alice, 0), null);
  });
});
