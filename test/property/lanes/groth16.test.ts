import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import type { JobCheck } from "../../../src/flow/lane.ts";
import { R } from "../../../src/lanes/groth16/numbers.ts";
import { type AnswerJson, AnswerWorld, valid } from "../../support/lanes/groth16/answers.ts";
import { g1Json, g2Json } from "../../support/lanes/groth16/trapdoor.ts";
import { P, plus, smallPoint, twistJson, twistOf, twistPoint } from "../../support/lanes/groth16/twist.ts";

const world = new AnswerWorld();
const goods = world.goods(16, 1000);
before(() => world.lane.prepare());

type Change = (answer: AnswerJson, own: number) => unknown;

/** A number of an answer: where it stands, and what it is below. */
interface Slot {
  readonly list: (answer: AnswerJson) => string[] | undefined;
  readonly index: number;
  readonly order: bigint;
}

const lists: readonly [Slot["list"], number, bigint][] = [
  [({ proof }) => proof.pi_a, 3, P],
  [({ proof }) => proof.pi_b[0], 2, P],
  [({ proof }) => proof.pi_b[1], 2, P],
  [({ proof }) => proof.pi_b[2], 2, P],
  [({ proof }) => proof.pi_c, 3, P],
  [({ publicSignals }) => publicSignals, 4, R],
];
const slots: readonly Slot[] = lists.flatMap(([list, count, order]) =>
  Array.from({ length: count }, (_, index) => ({ list, index, order })),
);
const slot = fc.constantFrom(...slots);

function rewrite(answer: AnswerJson, { list, index }: Slot, change: (text: string) => string): void {
  const texts = list(answer);
  const text = texts?.[index];
  assert.ok(texts && text !== undefined);
  const next = change(text);
  assert.notEqual(next, text);
  texts[index] = next;
}

const digit = fc.record({ slot, at: fc.nat(), by: fc.integer({ min: 1, max: 9 }) }).map(
  ({ slot, at, by }): Change =>
    (answer) =>
      rewrite(answer, slot, (text) => {
        const place = at % text.length;
        return text.slice(0, place) + ((Number(text[place]) + by) % 10) + text.slice(place + 1);
      }),
);

const otherSignal = fc.record({ index: fc.nat(3), by: fc.bigInt(1n, R - 1n) }).map(
  ({ index, by }): Change =>
    ({ publicSignals }) => {
      publicSignals[index] = String((BigInt(publicSignals[index] ?? "") + by) % R);
    },
);

/** Other texts of the same number. */
const otherForm = fc
  .record({
    slot,
    write: fc.constantFrom<((text: string) => string)[]>(
      (text) => `0${text}`,
      (text) => `+${text}`,
      (text) => ` ${text}`,
      (text) => `${text}\n`,
      (text) => `0x${BigInt(text).toString(16)}`,
      (text) => "0".repeat(60_000) + text,
    ),
  })
  .map(
    ({ slot, write }): Change =>
      (answer) =>
        rewrite(answer, slot, write),
  );

const otherNumber = fc
  .record({
    slot,
    write: fc.constantFrom<((text: string, order: bigint) => string)[]>(
      (text) => `-${text}`,
      (text) => `${text}.0`,
      (text) => `${text}e0`,
      (text) => `${text}n`,
      (text, order) => String(BigInt(text) + order),
      (text, order) => String(BigInt(text) + 3n * order),
      (text, order) => String(BigInt(text) - order),
      (text) => [...text].map((char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)).join(""),
      () => "",
      () => "9".repeat(10_000_000),
    ),
  })
  .map(
    ({ slot, write }): Change =>
      (answer) =>
        rewrite(answer, slot, (text) => write(text, slot.order)),
  );

const otherType = fc
  .record({ slot, value: fc.oneof(fc.constantFrom(null, true, 1, 0, [], {}), fc.jsonValue()) })
  .filter(({ value }) => typeof value !== "string")
  .map(
    ({ slot: { list, index }, value }): Change =>
      (answer) =>
        // A JSON number of the same value is the same number.
        Object.assign(list(answer) ?? [], {
          [index]: String(value) === list(answer)?.[index] ? null : value,
        }),
  );

const donor = (own: number, by: number): AnswerJson =>
  JSON.parse(goods[(own + by) % goods.length]?.answer ?? "") as AnswerJson;

const swapped = fc
  .record({
    by: fc.integer({ min: 1, max: 15 }),
    what: fc.constantFrom<("pi_a" | "pi_b" | "pi_c")[][]>(
      ["pi_a", "pi_b", "pi_c"],
      ["pi_a"],
      ["pi_c"],
      ["pi_a", "pi_c"],
    ),
  })
  .map(
    ({ by, what }): Change =>
      (answer, own) => {
        const { proof } = donor(own, by);
        for (const name of what) {
          if (what.length === 1) assert.notDeepEqual(proof[name], answer.proof[name]);
          Object.assign(answer.proof, { [name]: proof[name] });
        }
      },
  );

const otherOutput = fc.integer({ min: 1, max: 15 }).map(
  (by): Change =>
    (answer, own) => {
      answer.publicSignals[0] = donor(own, by).publicSignals[0] ?? "";
    },
);

const otherPoint = fc
  .record({
    name: fc.constantFrom<("pi_a" | "pi_b" | "pi_c")[]>("pi_a", "pi_b", "pi_c"),
    k: fc.oneof(fc.bigInt(1n, 20n), fc.bigInt(1n, R - 1n)),
    negate: fc.boolean(),
  })
  .map(
    ({ name, k, negate }): Change =>
      ({ proof }) => {
        const minus = (text = ""): string => String(P - BigInt(text));
        if (name === "pi_b" && negate) proof.pi_b[1] = (proof.pi_b[1] ?? []).map(minus);
        else if (name === "pi_b") proof.pi_b = g2Json(k);
        else if (negate) proof[name][1] = minus(proof[name][1]);
        else proof[name] = g1Json(k);
      },
  );

const infinity = fc
  .record({ name: fc.constantFrom("pi_a", "pi_b", "pi_c"), y: fc.constantFrom("0", "1") })
  .map(
    ({ name, y }): Change =>
      ({ proof }) => {
        const g2 = [
          ["0", "0"],
          [y, "0"],
          ["0", "0"],
        ];
        Object.assign(proof, { [name]: name === "pi_b" ? g2 : ["0", y, "0"] });
      },
  );

const small = smallPoint(1);
const outside = fc
  .record({ start: fc.integer({ min: 1, max: 10_000 }), how: fc.constantFrom("alone", "added", "small") })
  .map(
    ({ start, how }): Change =>
      ({ proof }) => {
        const other = how === "small" ? small : twistPoint(start);
        proof.pi_b = twistJson(how === "alone" ? other : plus(twistOf(proof.pi_b), other));
      },
  );

const shape = fc.constantFrom<Change[]>(
  ({ publicSignals }) => publicSignals.pop(),
  ({ publicSignals }) => publicSignals.push("0"),
  ({ publicSignals }) => publicSignals.reverse(),
  ({ publicSignals }) => publicSignals.splice(0),
  ({ proof }) => proof.pi_a.splice(1),
  ({ proof }) => proof.pi_b.splice(1),
  ({ proof }) => proof.pi_b.reverse(),
  ({ proof }) => proof.pi_b[0]?.reverse(),
  ({ proof }) => proof.pi_c.reverse(),
  (answer) => Object.assign(answer, { proof: [answer.proof] }),
  (answer) => Object.assign(answer, { publicSignals: answer.publicSignals.join() }),
  ({ proof }) => Object.assign(proof, { pi_a: proof.pi_c, pi_c: proof.pi_a }),
);

const change = fc.oneof(
  { arbitrary: digit, weight: 4 },
  otherSignal,
  otherNumber,
  otherType,
  swapped,
  otherOutput,
  otherPoint,
  infinity,
  outside,
  shape,
);

const place = fc.nat(goods.length - 1);
function spoil(at: number, how: Change): JobCheck {
  const item = goods[at];
  assert.ok(item);
  return world.changed(item, (answer) => how(answer, at));
}

describe("a true answer with its numbers in another form", () => {
  it("is valid", () => {
    fc.assert(
      fc.property(place, otherForm, (at, how) => {
        assert.deepEqual(world.one(spoil(at, how)), valid);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a true answer with anything changed", () => {
  it("is invalid", () => {
    fc.assert(
      fc.property(place, change, (at, how) => {
        assert.equal(world.one(spoil(at, how))?.outcome, "invalid");
      }),
      { numRuns: 500 },
    );
  });

  it("is the only invalid one among true answers", () => {
    fc.assert(
      fc.property(place, change, (at, how) => {
        const verdicts = world.check(goods.map((item, index) => (index === at ? spoil(at, how) : item)));
        assert.equal(verdicts.length, goods.length);
        for (const [index, verdict] of verdicts.entries())
          if (index === at) assert.equal(verdict.outcome, "invalid");
          else assert.deepEqual(verdict, valid);
      }),
      { numRuns: 60 },
    );
  });

  it("is invalid together with others that are changed too, and no true one with them", () => {
    fc.assert(
      fc.property(fc.array(fc.option(change, { freq: 2 }), { minLength: 1, maxLength: 9 }), (changes) => {
        const items = changes.map((how, at) => (how ? spoil(at, how) : goods[at])) as JobCheck[];
        assert.deepEqual(
          world.check(items).map(({ outcome }) => outcome),
          changes.map((how) => (how ? "invalid" : "valid")),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("anything else for an answer", () => {
  const [item] = goods as [JobCheck];
  const isInvalid = (answer: string): void => {
    assert.equal(world.one({ ...item, answer })?.outcome, "invalid");
  };

  const essence = (answer: string): unknown => {
    const { proof, publicSignals } = JSON.parse(answer) as AnswerJson;
    return [proof.pi_a, proof.pi_b, proof.pi_c, publicSignals];
  };

  it("is invalid as random JSON", () => {
    fc.assert(fc.property(fc.json(), isInvalid), { numRuns: 500 });
  });

  it("is invalid as an object of the right names", () => {
    const value = fc.jsonValue();
    const proof = fc.record({ pi_a: value, pi_b: value, pi_c: value });
    const made = fc.record({ proof: fc.oneof(proof, value), publicSignals: value });
    fc.assert(
      fc.property(made, (answer) => isInvalid(JSON.stringify(answer))),
      { numRuns: 500 },
    );
  });

  it("is invalid as random bytes; with some in the middle of a true one it is true only for what is left of it", () => {
    const bytes = fc.uint8Array({ maxLength: 64 }).map((raw) => Buffer.from(raw).toString("latin1"));
    fc.assert(
      fc.property(bytes, fc.nat(), (text, at) => {
        isInvalid(text);
        const start = at % item.answer.length;
        const spoilt = item.answer.slice(0, start) + text + item.answer.slice(start + text.length);
        // Other bytes may spell the same proof, or change what does not count.
        if (world.one({ ...item, answer: spoilt })?.outcome === "valid")
          assert.deepEqual(essence(spoilt), essence(item.answer));
      }),
      { numRuns: 300 },
    );
  });

  it("is invalid when it is cut short anywhere", () => {
    fc.assert(
      fc.property(fc.nat(item.answer.length - 1), (length) => isInvalid(item.answer.slice(0, length))),
      { numRuns: 100 },
    );
  });
});
