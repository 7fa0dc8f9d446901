import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SimWorld } from "../../../../sim/engine/world.ts";

const always = (): boolean => true;

describe("before the clock moves", () => {
  for (const depth of [1, 10, 5000])
    it(`${depth} promises, each awaiting the one before, are done`, async () => {
      const world = new SimWorld();
      let done = -1;
      world.line.after(5, () => {
        const chain = async (left: number): Promise<number> =>
          left === 0 ? world.line.now : await chain(left - 1);
        world.spawn(
          chain(depth).then((at) => {
            done = at;
          }),
        );
        world.touch();
      });
      let later = -1;
      world.line.after(6, () => {
        later = done;
      });
      await world.run(10, always);
      assert.deepEqual([done, later], [5, 5]);
    });

  it("deferred work is done, work that it defers too, and the promises of both", async () => {
    const world = new SimWorld();
    const seen: string[] = [];
    const say = (what: string): void => void seen.push(`${what} at ${world.line.now}`);
    const after = async (): Promise<void> => {
      await world.later(0, () => say("commit"));
      say("awaited");
      world.soon(() => {
        say("put off again");
        world.spawn(Promise.resolve().then(() => say("awaited at last")));
        world.touch();
      });
    };
    world.line.after(3, () => {
      say("first");
      world.soon(() => {
        say("put off");
        world.spawn(after());
      });
    });
    world.line.after(4, () => say("next"));
    await world.run(10, always);
    assert.deepEqual(seen, [
      ...["first at 3", "put off at 3", "commit at 3", "awaited at 3", "put off again at 3"],
      ...["awaited at last at 3", "next at 4"],
    ]);
  });

  it("work that waits for nothing of the world goes on", async () => {
    const world = new SimWorld();
    let done = -1;
    const work = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await null;
      done = world.line.now;
    };
    world.line.after(5, () => world.spawn(work()));
    world.line.after(6, () => undefined);
    await world.run(10, always);
    assert.equal(done, 5);
  });

  it("what is there before the first moment is done first", async () => {
    const world = new SimWorld();
    const seen: string[] = [];
    world.soon(() => seen.push("put off"));
    world.line.after(0, () => seen.push("moment"));
    await world.run(0, always);
    assert.deepEqual(seen, ["put off", "moment"]);
  });

  it("enough moments for the process to handle its messages in between change nothing", async () => {
    const world = new SimWorld();
    const waits: number[] = [];
    const work = async (): Promise<void> => {
      for (let i = 0; i < 3000; i++) {
        const before = world.line.now;
        await world.later(2, () => undefined);
        waits.push(world.line.now - before);
      }
    };
    world.spawn(work());
    await world.run(100_000, always);
    assert.deepEqual([waits.length, new Set(waits)], [3000, new Set([2])]);
  });
});

describe("later", () => {
  it("gives what was made at its time, not before", async () => {
    const world = new SimWorld();
    let value = "early";
    const got = world.later(7, () => `${value} at ${world.line.now}`);
    value = "late";
    await world.run(10, always);
    assert.equal(await got, "late at 7");
  });

  it("fails as what was made fails", async () => {
    const world = new SimWorld();
    const failed = assert.rejects(
      world.later(7, () => {
        throw new RangeError("no");
      }),
      /no/,
    );
    await world.run(10, always);
    await failed;
  });
});

describe("a run", () => {
  it("ends with the error of the first work that fails, at its moment", async () => {
    const world = new SimWorld();
    let after = 0;
    const failing = async (ms: number, message: string): Promise<void> => {
      await world.later(ms, () => undefined);
      throw new Error(message);
    };
    world.spawn(failing(20, "third"));
    world.spawn(failing(10, "first"));
    world.spawn(failing(10, "second"));
    world.line.after(11, () => after++);
    await assert.rejects(world.run(100, always), /^Error: first$/);
    assert.deepEqual([world.line.now, after], [10, 0]);
  });

  it("ends with the error of work that fails at once, before the first moment", async () => {
    const world = new SimWorld();
    let times = 0;
    world.line.every(1, () => ++times < 100);
    const failing = async (): Promise<void> => {
      throw new RangeError("no fraction");
    };
    world.spawn(failing());
    await assert.rejects(world.run(100, always), /no fraction/);
    assert.deepEqual([world.line.now, times], [0, 0]);
  });

  it("ends at once when it is not wanted any more, and goes on from there", async () => {
    const world = new SimWorld();
    let times = 0;
    world.line.every(10, () => ++times < 100);
    await world.run(1000, () => times < 3);
    assert.deepEqual([times, world.line.now], [3, 30]);
    await world.run(55, always);
    assert.deepEqual([times, world.line.now], [5, 55]);
  });

  it("with nothing to do is at its end at once", async () => {
    const world = new SimWorld();
    await world.run(366 * 86_400_000, always);
    assert.equal(world.line.now, 366 * 86_400_000);
  });

  it("begins at a multiple of every length of an epoch", () => {
    const start = new SimWorld().line.clock.nowMs();
    for (const hours of [1, 2, 3, 4, 6, 8, 12, 24]) assert.equal(start % (hours * 3_600_000), 0);
  });
});
