import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AddressTokens } from "../../../src/admit/addressTokens.ts";
import { admitLimits } from "../../../src/admit/limits.ts";
import type { TokenKind } from "../../../src/flow/caller.ts";
import { FakeClock } from "../../support/fakeClock.ts";

const here = "192.0.2.1";

function tokensOf(perIpPerMin: number) {
  const clock = new FakeClock(0);
  const refused: string[] = [];
  const tokens = new AddressTokens({ perIpPerMin }, { clock, refused: (kind) => refused.push(kind) });
  return { clock, refused, tokens };
}

describe("AddressTokens", () => {
  it("has a full bucket for each kind and address, and says when the next token comes", () => {
    const { clock, refused, tokens } = tokensOf(1200);
    const drain = (ip: string, kind: TokenKind, size: number) => {
      for (let taken = 0; taken < size; taken++) tokens.take(ip, kind);
    };
    for (const kind of ["signed", "public", "probe", "metrics"] as const) {
      drain(here, kind, 1200);
      assert.throws(() => tokens.take(here, kind), {
        problem: { code: "ip_rate_limited", retry_after_s: 1 },
      });
    }
    tokens.take("192.0.2.2", "public");
    drain("2001:db8::1", "public", 1200);
    assert.equal(tokens.waitMs("2001:db8::3", "public"), 50, "one holder has a /64");
    assert.deepEqual(refused, ["signed", "public", "probe", "metrics", "public"]);
    clock.advance(50);
    tokens.take(here, "signed");
    assert.throws(() => tokens.take(here, "signed"));
  });

  it("limits signed requests as strictly as configured, and public reads never below 600 a minute", () => {
    const { tokens } = tokensOf(2);
    tokens.take(here, "signed");
    tokens.take(here, "signed");
    assert.equal(tokens.waitMs(here, "signed"), 30_000);
    for (let read = 0; read < 600; read++) tokens.take(here, "public");
    assert.equal(tokens.waitMs(here, "public"), 100);
  });

  it("lets long answers of an address go at once up to a bound, then at one speed for all of them", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { tokens } = tokensOf(60_000);
    const { pieceLength, piecesAtOnce } = admitLimits;
    for (let piece = 0; piece < piecesAtOnce.value; piece++) await tokens.paced(here, pieceLength.value);
    const sent: string[] = [];
    void tokens.paced(here, 2 * pieceLength.value).then(() => sent.push("first"));
    void tokens.paced(here, 1).then(() => sent.push("second"));
    await tokens.paced("192.0.2.2", pieceLength.value);
    const passes = async (ms: number) => {
      t.mock.timers.tick(ms);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    };
    await passes(1);
    assert.deepEqual(sent, []);
    await passes(1);
    assert.deepEqual(sent, ["first"]);
    await passes(1);
    assert.deepEqual(sent, ["first", "second"]);
  });
});
