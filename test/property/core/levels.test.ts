import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { LevelPlace, Levels } from "../../../src/core/queue/levels.ts";

class Member {
  readonly place = new LevelPlace<Member>(this);
}

interface Standing {
  readonly member: Member;
  readonly level: number;
  readonly since: number;
}

/** The same in the plainest way: everybody with level and time of arrival, looked through each time. */
class Model {
  #standing: Standing[] = [];
  #time = 0;

  put(member: Member, level: number): void {
    if (this.#standing.some((one) => one.member === member && one.level === level)) return;
    this.remove(member);
    this.#standing.push({ member, level, since: this.#time++ });
  }

  remove(member: Member): void {
    this.#standing = this.#standing.filter((one) => one.member !== member);
  }

  first(): Member | null {
    const [first] = this.#standing.toSorted((a, b) => a.level - b.level || a.since - b.since);
    return first?.member ?? null;
  }

  get size(): number {
    return this.#standing.length;
  }
}

const level = fc.oneof(fc.nat(4), fc.constantFrom(31, 32, 33, 1023, 1024, 31_744, 32_767), fc.nat(32_767));
const step = fc.record({ who: fc.nat(7), level: fc.option(level, { nil: null }) });

describe("levels", () => {
  it("have the first that a plain search finds, whatever is put and taken out", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const members = Array.from({ length: 8 }, () => new Member());
        const levels = new Levels<Member>();
        const model = new Model();
        for (const { who, level: to } of steps) {
          const member = members[who];
          assert.ok(member);
          if (to === null) {
            levels.remove(member.place);
            model.remove(member);
          } else {
            levels.put(member.place, to);
            model.put(member, to);
          }
          assert.equal(levels.first(), model.first());
          assert.equal(levels.size, model.size);
        }
      }),
      { numRuns: 300 },
    );
  });
});
