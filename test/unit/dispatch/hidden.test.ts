import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stateText } from "../../../src/dispatch/records/savedState.ts";
import {
  between,
  EventQueue,
  type Profile,
  QueueingMiner,
  SeededRandom,
} from "../../support/dispatch/cap/queueing.ts";
import type { FakeLink } from "../../support/dispatch/link.ts";
import { valid, World } from "../../support/dispatch/world.ts";

/** What can be seen from outside: when which miner is sent something. */
interface Seen {
  readonly sends: string[];
  /** From an answer to the next job that the miner got, ms. */
  readonly gaps: { readonly sampled: number[]; readonly unsampled: number[] };
  readonly caps: (number | undefined)[];
}

/**
 * None takes so long that a deadline could pass: deadlines are learned from what was verified, so they alone are another
 * when more is verified.
 */
const profiles: (Profile & { readonly capacity: number })[] = [
  { parallel: 1, serviceMs: between(40, 60), capacity: 2 },
  { parallel: 8, serviceMs: between(50, 350), capacity: 12 },
  { parallel: 40, serviceMs: between(100, 700), delayMs: between(5, 30), capacity: 64 },
  { parallel: 4, serviceMs: between(20, 400), failing: 0.01, capacity: 6 },
];

/** Runs jobs over a few miners, with draws that are recorded in 3 ms and checks that take 700 ms. */
async function watch(rate: string, jobs: number): Promise<Seen> {
  const line = new EventQueue();
  const caps = new Map(profiles.map((_, i) => [`m${i}`, 32]));
  const world = new World({ rate, clock: line.clock, saved: stateText({ caps, kinds: new Map() }) });
  const seen: Seen = { sends: [], gaps: { sampled: [], unsampled: [] }, caps: [] };
  const record = world.records.recordDraws.bind(world.records);
  world.records.recordDraws = async (groups) => {
    await new Promise<void>((resolve) => line.after(3, resolve));
    await record(groups);
  };
  for (const [i, profile] of profiles.entries()) {
    const link = world.link(`m${i}`, { capacity: profile.capacity });
    connect(link, new QueueingMiner(profile, line, new SeededRandom(i)), { line, world, seen });
    world.dispatcher.opened(link);
  }
  line.every(250, () => world.dispatcher.tick());
  await world.settle();
  while (seen.sends.length < jobs) {
    assert.ok(line.next(line.now + 1000));
    for (const { tell } of world.checks.splice(0)) line.after(700, () => tell(valid));
    await world.settle();
  }
  seen.caps.push(...profiles.map((_, i) => world.dispatcher.capOf(`m${i}`)?.learned));
  return seen;
}

function connect(
  link: FakeLink,
  miner: QueueingMiner,
  { line, world, seen }: { line: EventQueue; world: World; seen: Seen },
): void {
  let last: { readonly at: number; readonly sampled: boolean } | null = null;
  link.onSend = ({ job_id, lane, kind }) => {
    seen.sends.push(`${line.now.toFixed(3)} ${link.hotkey} ${lane} ${kind}`);
    if (last !== null) seen.gaps[last.sampled ? "sampled" : "unsampled"].push(line.now - last.at);
    last = null;
    miner.take((isAnswered) => {
      if (!isAnswered) {
        link.giveBack(job_id);
        return;
      }
      const waiting = world.checks.length;
      assert.equal(link.answer(job_id), null);
      last = { at: line.now, sampled: world.checks.length > waiting };
    });
  };
}

/** The largest distance between the two distributions. */
function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a.toSorted((p, q) => p - q), b.toSorted((p, q) => p - q)];
  let most = 0;
  for (const at of new Set([...x, ...y])) {
    const below = (all: readonly number[]): number => all.findLastIndex((value) => value <= at) + 1;
    most = Math.max(most, Math.abs(below(x) / x.length - below(y) / y.length));
  }
  return most;
}

describe("what a miner sees", () => {
  it("does not depend on the draw: 10,000 jobs come to the same miners at the same times", async () => {
    const none = await watch("0", 10_000);
    for (const rate of ["20/500", "1"]) {
      const some = await watch(rate, 10_000);
      const differs = some.sends.findIndex((send, i) => send !== none.sends[i]);
      assert.equal(differs, -1, `rate ${rate}: "${some.sends[differs]}" for "${none.sends[differs]}"`);
      assert.deepEqual(some.caps, none.caps);
    }
    assert.ok(
      none.caps.some((cap) => cap !== 32),
      "caps were at work",
    );
  });

  it("does not tell a sampled answer by the time until the next job", async () => {
    const { gaps } = await watch("1/5", 10_000);
    const { sampled, unsampled } = gaps;
    const [n, m] = [sampled.length, unsampled.length];
    assert.ok(n > 500 && m > 2000, `${n} and ${m} gaps`);
    const critical = 1.95 * Math.sqrt((n + m) / (n * m));
    const distance = kolmogorovSmirnov(sampled, unsampled);
    assert.ok(distance < critical, `${distance} of at most ${critical}`);
  });
});

describe("the work for one job", () => {
  const miners = 10_000;
  /** A fleet with one job each, as far as the ceiling goes. */
  async function crowd(
    ceiling: number | null,
  ): Promise<{ world: World; links: FakeLink[]; asked: () => number }> {
    const world = new World({ ceiling });
    const links = Array.from({ length: miners }, (_, i) => world.link(`m${i}`));
    for (const link of links) world.dispatcher.opened(link);
    await world.settle();
    return { world, links, asked: () => links.reduce((sum, link) => sum + link.asked, 0) };
  }

  for (const [name, ceiling] of [
    ["at their cap", null],
    ["idle", 100],
  ] as const) {
    it(`looks at a handful of miners, with ${miners} that are ${name}`, async () => {
      const { world, links, asked } = await crowd(ceiling);
      const busy = links.filter((link) => link.open.length > 0);
      assert.equal(busy.length, ceiling ?? miners);
      const before = asked();
      for (const link of busy.slice(0, 50)) {
        link.answer();
        await world.settle();
      }
      const each = (asked() - before) / 50;
      assert.ok(each > 0 && each <= 8, `${each} looks a job`);
      assert.equal(world.dispatcher.stats().inFlight, ceiling ?? miners);
    });
  }
});
