import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LevelPlace, Levels } from "../../../../src/core/queue/levels.ts";

class Member {
  readonly name: string;
  readonly cap: number;
  inFlight = 0;
  readonly place = new LevelPlace<Member>(this);

  constructor(name: string, cap: number) {
    this.name = name;
    this.cap = cap;
  }
}

function membersOf(...caps: number[]): Member[] {
  return caps.map((cap, i) => new Member(`m${i}`, cap));
}

/** Hands out `slots` slots, each to the first in line; returns who got them, in order. */
function fill(levels: Levels<Member>, slots: number): Member[] {
  const served: Member[] = [];
  for (let i = 0; i < slots; i++) {
    const member = levels.first();
    if (member === null) break;
    served.push(member);
    if (++member.inFlight < member.cap) levels.put(member.place, member.inFlight);
    else levels.remove(member.place);
  }
  return served;
}

describe("levels", () => {
  it("share out max-min fairly: small caps fill first, the rest goes to the large one", () => {
    const members = membersOf(300, 8, 9, 1);
    const levels = new Levels<Member>();
    for (const member of members) levels.put(member.place, 0);
    assert.equal(fill(levels, 100).length, 100);
    assert.deepEqual(
      members.map(({ inFlight }) => inFlight),
      [82, 8, 9, 1],
    );
    assert.equal(fill(levels, 300).length, 218, "no cap is passed");
    assert.deepEqual([levels.first(), levels.size], [null, 0]);
  });

  it("serve first come first among equals, over passes with fewer slots than members", () => {
    const levels = new Levels<Member>();
    const members = membersOf(9, 9, 9, 9, 9);
    for (const member of members) levels.put(member.place, 0);
    const names = fill(levels, 12).map(({ name }) => name);
    assert.deepEqual(names, ["m0", "m1", "m2", "m3", "m4", "m0", "m1", "m2", "m3", "m4", "m0", "m1"]);
  });

  it("put depth before the time waited", () => {
    const levels = new Levels<Member>();
    const [waited, idle] = membersOf(9, 9);
    assert.ok(waited && idle);
    levels.put(waited.place, 3);
    levels.put(idle.place, 2);
    assert.equal(levels.first(), idle);
  });

  it("leave a member of a level in its place, and put a new one at the end", () => {
    const levels = new Levels<Member>();
    const [a, b] = membersOf(9, 9);
    assert.ok(a && b);
    levels.put(a.place, 1);
    levels.put(b.place, 1);
    levels.put(a.place, 1);
    assert.equal(levels.first(), a);
    levels.put(a.place, 0);
    levels.put(a.place, 1);
    assert.equal(levels.first(), b);
    assert.equal(levels.size, 2);
  });

  it("take out from front, middle and end, and twice", () => {
    const levels = new Levels<Member>();
    const members = membersOf(1, 1, 1, 1);
    const [a, b, c, d] = members;
    assert.ok(a && b && c && d);
    for (const member of members) levels.put(member.place, 5);
    levels.remove(b.place);
    levels.remove(b.place);
    levels.remove(a.place);
    levels.remove(d.place);
    assert.deepEqual([levels.first(), levels.size], [c, 1]);
    levels.remove(c.place);
    assert.deepEqual([levels.first(), levels.size], [null, 0]);
    levels.put(d.place, 5);
    assert.equal(levels.first(), d);
  });

  it("distinguish levels at every edge of their tree, and count higher ones as the last", () => {
    const edges = [0, 31, 32, 992, 1023, 1024, 31_744, 32_766];
    for (const [i, low] of edges.entries()) {
      for (const high of edges.slice(i + 1)) {
        const levels = new Levels<Member>();
        const [a, b] = membersOf(1, 1);
        assert.ok(a && b);
        levels.put(b.place, high);
        levels.put(a.place, low);
        assert.equal(levels.first(), a, `${low} before ${high}`);
        levels.remove(a.place);
        assert.equal(levels.first(), b, `${high} alone`);
      }
    }
    const levels = new Levels<Member>();
    const [last, beyond] = membersOf(1, 1);
    assert.ok(last && beyond);
    levels.put(beyond.place, 1e9);
    levels.put(last.place, 32_767);
    assert.equal(levels.first(), beyond, "both are of the last level, first come first");
    levels.remove(beyond.place);
    assert.equal(levels.first(), last);
  });

  it("serve 10,000 members in turn", () => {
    const levels = new Levels<Member>();
    const members = Array.from({ length: 10_000 }, (_, i) => new Member(`${i}`, 3));
    for (const member of members) levels.put(member.place, 0);
    assert.equal(fill(levels, 25_000).length, 25_000);
    assert.deepEqual(
      [members[0]?.inFlight, members[4999]?.inFlight, members[5000]?.inFlight, members[9999]?.inFlight],
      [3, 3, 2, 2],
    );
  });
});
