import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { parseFraction } from "../../../../src/core/fraction.ts";
import { HiddenLanes } from "../../../../src/verify/hiddenLanes.ts";
import { ReleaseClock } from "../../../../src/verify/submissions/releaseClock.ts";
import { FakeClock } from "../../../support/fakeClock.ts";
import { namedLane } from "../../../support/lanes/named.ts";

const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A release clock on a clock that the test moves, by half a millisecond each time. */
function stepped(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = new FakeClock(0);
  const releases = new ReleaseClock(clock);
  const pass = async (ms: number): Promise<void> => {
    for (let half = 0; half < 2 * ms; half++) {
      clock.advance(0.5);
      if (half % 2 === 1) t.mock.timers.tick(1);
      await turnOfLoop();
    }
  };
  const seen: string[] = [];
  const wait = (name: string, turn = releases.turn(), tookMs = 0): void => {
    void releases.wait(turn, tookMs).then((reached) => seen.push(`${name} ${reached}`));
  };
  return { clock, releases, pass, seen, wait };
}

describe("the moment at which a submission ends", () => {
  it("is the first step that is a whole step after its turn, however little the check took", async (t) => {
    const { releases, pass, seen, wait } = stepped(t);
    await pass(3);
    const turn = releases.turn();
    wait("none");
    await pass(9);
    wait("short", turn, 9);
    await pass(8);
    assert.deepEqual(seen, []);
    await pass(2);
    assert.deepEqual(seen, ["short true", "none true"], "in the order of their turns");
  });

  it("is a step later for a check that took just longer than a step, real or not", async (t) => {
    const { releases, pass, seen, wait } = stepped(t);
    const turn = releases.turn();
    wait("unchecked 20", releases.turn(), 20);
    wait("unchecked 20.5", releases.turn(), 20.5);
    await pass(20.5);
    wait("checked 20.5", turn, 20.5);
    await pass(2.5);
    assert.deepEqual(seen, ["unchecked 20 true"]);
    await pass(9);
    assert.deepEqual(seen.slice(1), ["checked 20.5 true", "unchecked 20.5 true"]);
  });

  it("is the same for a result that had arrived before a late timer", async (t) => {
    const { clock, releases, seen, wait } = stepped(t);
    const { port1, port2 } = new MessageChannel();
    const turn = releases.turn();
    port2.once("message", () => wait("checked", turn, 1));
    wait("unchecked", releases.turn(), 1);
    // What is posted now is taken in the next turn of the loop, before anything that the timer asks for.
    await turnOfLoop();
    port1.postMessage("valid");
    clock.advance(40);
    t.mock.timers.tick(41);
    while (seen.length < 2) await turnOfLoop();
    port1.close();
    assert.deepEqual(seen, ["checked true", "unchecked true"]);
  });

  it("is at once, and resolves to false, when the clock is stopped", async (t) => {
    const { releases, pass, seen, wait } = stepped(t);
    wait("before");
    releases.end();
    wait("after");
    await turnOfLoop();
    assert.deepEqual(seen, ["before false", "after false"]);
    await pass(30);
    assert.equal(seen.length, 2);
  });
});

describe("a lane in which draws are hidden", () => {
  const lane = (name: string, rate: string) => {
    const made = namedLane(name, 1);
    return { name, policy: { ...made.policy, rate: parseFraction(rate) ?? assert.fail() } };
  };
  const drawn = (name: string, rate: string, sampled = true) => ({ lane: name, rate, sampled });

  it("is one that checks only a share of its answers", () => {
    const lanes = new HiddenLanes([lane("all", "500/500"), lane("most", "499/500")]);
    assert.deepEqual([lanes.has("all"), lanes.has("most")], [false, true]);
  });

  it("is one with another rate in an epoch's policy, from its first draw on", () => {
    const lanes = new HiddenLanes([lane("raised", "1"), lane("other", "1")]);
    lanes.saw(drawn("raised", "1"));
    lanes.saw(drawn("gone", "2/2"));
    assert.deepEqual([lanes.has("raised"), lanes.has("gone")], [false, false]);
    lanes.saw(drawn("raised", "1/2"));
    lanes.saw(drawn("raised", "1"));
    lanes.saw(drawn("gone", "1", false));
    assert.deepEqual(
      ["raised", "gone", "other"].map((name) => lanes.has(name)),
      [true, true, false],
    );
  });
});
