import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatChallengeId, type ParsedId, parseChallengeId } from "../../../src/challenge/id.ts";
import type { IdScheme } from "../../../src/challenge/scheme.ts";
import { makeSealed } from "../../../src/challenge/sealed.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import { indexedScheme } from "../../support/challenge/indexed.ts";

const master = Buffer.from("assay-property-master-secret-001");
const hotkey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(encodeHotkey);
const epoch = fc.oneof(fc.nat(1_000_000), fc.maxSafeNat());
const tier = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 0xffff_ffff }));

function parsed(text: string): ParsedId {
  const id = parseChallengeId(text);
  assert.ok(id, text);
  return id;
}

/** The id with one bit of its token flipped. */
function flip(id: ParsedId, bit: number): ParsedId {
  const token = Buffer.from(id.token, "hex");
  token.writeUInt8(token.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return parsed(formatChallengeId(id.tier, id.epoch, token.toString("hex")));
}

interface Subject {
  readonly scheme: IdScheme;
  readonly other: IdScheme;
  readonly allotmentMax: number;
  readonly runs: number;
}

const subjects: readonly Subject[] = [
  {
    scheme: makeSealed(master),
    other: makeSealed(Buffer.from("assay-property-master-secret-002")),
    allotmentMax: 0xffff_ffff,
    runs: 100,
  },
  {
    scheme: indexedScheme(master).scheme,
    other: indexedScheme(Buffer.from("assay-property-master-secret-002")).scheme,
    allotmentMax: 200,
    runs: 30,
  },
];

for (const { scheme, other, allotmentMax, runs } of subjects) {
  const place = fc
    .record({
      hotkey,
      epoch,
      tier,
      allotment: fc.integer({ min: 1, max: allotmentMax }),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ at, ...rest }) => ({
      ...rest,
      seq: Math.min(rest.allotment - 1, Math.floor(at * rest.allotment)),
    }));

  test(`${scheme.name}: every issued id is recovered, at its place alone`, async () => {
    await fc.assert(
      fc.asyncProperty(place, hotkey, async (one, foreign) => {
        const { challengeId, seed } = scheme.issue(one.hotkey, one.epoch, one.tier, one.seq);
        const id = parsed(challengeId);
        assert.deepEqual([id.tier, id.epoch], [one.tier, one.epoch]);
        assert.equal(await scheme.recover(id, one.hotkey, one.allotment), one.seq);
        assert.equal(await scheme.recover(id, one.hotkey, one.allotment, { seq: one.seq }), one.seq);
        assert.ok(seed >= 0n && seed < 1n << 63n);
        assert.equal(seed, scheme.seed(one.hotkey, one.epoch, one.tier, one.seq));
        assert.equal(challengeId, scheme.id(one.hotkey, one.epoch, one.tier, one.seq));
        if (one.seq > 0) assert.equal(await scheme.recover(id, one.hotkey, one.seq), null);
        if (foreign !== one.hotkey) assert.equal(await scheme.recover(id, foreign, one.allotment), null);
        const moved = [
          parsed(formatChallengeId((id.tier + 1) % 2 ** 32, id.epoch, id.token)),
          parsed(formatChallengeId(id.tier, id.epoch === 0 ? 1 : id.epoch - 1, id.token)),
        ];
        for (const elsewhere of moved)
          assert.equal(await scheme.recover(elsewhere, one.hotkey, one.allotment), null);
        assert.equal(await other.recover(id, one.hotkey, one.allotment), null);
      }),
      { numRuns: runs },
    );
  });

  test(`${scheme.name}: an id with any bit flipped resolves to nothing`, async () => {
    await fc.assert(
      fc.asyncProperty(place, async (one) => {
        const id = parsed(scheme.id(one.hotkey, one.epoch, one.tier, one.seq));
        for (let bit = 0; bit < 96; bit++) {
          const flipped = flip(id, bit);
          assert.equal(await scheme.recover(flipped, one.hotkey, one.allotment), null);
          assert.equal(await scheme.recover(flipped, one.hotkey, one.allotment, { seq: one.seq }), null);
        }
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });

  test(`${scheme.name}: ids of one allotment are all different`, () => {
    const ids = new Set(Array.from({ length: 2000 }, (_, seq) => scheme.id("someone", 7, 1, seq)));
    assert.equal(ids.size, 2000);
  });
}

test("the sealed scheme refuses places that do not fit its fields", () => {
  const scheme = makeSealed(master);
  assert.throws(() => scheme.id("x", 1, 1, 2 ** 32), RangeError);
  assert.throws(() => scheme.id("x", 1, 1, -1), RangeError);
  assert.throws(() => scheme.id("x", 1, 2 ** 32, 1), RangeError);
  assert.throws(() => scheme.id("x".repeat(65_536), 1, 1, 1), RangeError);
});

test("sealed ids survive hotkeys of any text", async () => {
  const scheme = makeSealed(master);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 40 }), async (text) => {
      assert.equal(await scheme.recover(parsed(scheme.id(text, 1, 1, 5)), text, 6), 5);
    }),
  );
});

test("an id is read back exactly as it was written", () => {
  const token = fc
    .uint8Array({ minLength: 12, maxLength: 12 })
    .map((bytes) => Buffer.from(bytes).toString("hex"));
  fc.assert(
    fc.property(tier, epoch, token, (number, when, hex) => {
      const text = formatChallengeId(number, when, hex);
      assert.deepEqual(parseChallengeId(text), { id: text, tier: number, epoch: when, token: hex });
    }),
  );
});
