import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsedSignatures } from "../../../src/epistula/usedSignatures.ts";
import { FakeClock } from "../../support/fakeClock.ts";

const used = (uuid: string) => ({ problem: { code: "signature_used", uuid } });
const full = { problem: { code: "too_many_signatures", retry_after_s: 5 } };

function memory(options: { perHotkey?: number; altogether?: number } = {}) {
  const clock = new FakeClock(0);
  const bounds = { windowMs: 10_000, perHotkey: 8, altogether: 64, ...options };
  return { clock, memory: new UsedSignatures(bounds, clock) };
}

describe("UsedSignatures", () => {
  it("a signature is used for one thing: only the very same request and reads may come again", () => {
    const uses = [
      "read",
      "once",
      "POST /v1/submissions aa",
      "POST /v1/submissions bb",
      "POST /other aa",
    ] as const;
    const repeats = new Set(["read", "POST /v1/submissions aa", "POST /v1/submissions bb", "POST /other aa"]);
    for (const [n, first] of uses.entries())
      for (const second of uses) {
        const { memory: signatures } = memory();
        signatures.use("a", `u${n}`, first);
        const again = () => signatures.use("a", `u${n}`, second);
        if (first === second && repeats.has(first)) assert.doesNotThrow(again);
        else assert.throws(again, used(`u${n}`), `${first}, then ${second}`);
        signatures.use("b", `u${n}`, second);
        signatures.use("a", "fresh", second);
      }
  });

  it("remembers for a whole window, whenever in it the use began, and for two at most", () => {
    for (const at of [0, 1, 9_999]) {
      const { clock, memory: signatures } = memory();
      clock.advance(at);
      signatures.use("a", "u", "once");
      clock.advance(9_999);
      assert.throws(() => signatures.use("a", "u", "once"), used("u"), `used at ${at}`);
      clock.advance(10_001);
      signatures.use("a", "u", "once");
    }
    const { clock, memory: signatures } = memory();
    signatures.use("a", "u", "once");
    clock.advance(1_000_000);
    signatures.use("a", "v", "once");
    assert.equal(signatures.size, 1);
  });

  it("at its bound a hotkey is refused, forgets nothing, and takes no place of another", () => {
    const { clock, memory: signatures } = memory({ perHotkey: 3 });
    for (const uuid of ["1", "2", "3"]) signatures.use("a", uuid, "once");
    assert.throws(() => signatures.use("a", "4", "once"), full);
    for (const uuid of ["1", "2", "3"]) assert.throws(() => signatures.use("a", uuid, "once"), used(uuid));
    signatures.use("b", "1", "once");
    clock.advance(10_000);
    signatures.use("a", "4", "once");
    assert.throws(() => signatures.use("a", "1", "once"), used("1"));
  });

  it("at the bound altogether new uuids are refused and known ones still known", () => {
    const { clock, memory: signatures } = memory({ altogether: 4 });
    for (const hotkey of ["a", "b", "c", "d"]) signatures.use(hotkey, "u", "once");
    assert.throws(() => signatures.use("e", "u", "once"), full);
    assert.throws(() => signatures.use("a", "u", "once"), used("u"));
    clock.advance(10_000);
    signatures.use("e", "u", "once");
    assert.equal(signatures.size, 5);
  });
});
