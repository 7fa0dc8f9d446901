import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { FakeClock } from "../../support/fakeClock.ts";
import { HOUR, type Kill, RevealWorld } from "../../support/sample/reveal/world.ts";

/** A file in memory outlives the process that wrote it as one on a disk does, and thousands of commits take no time. */
const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

async function inWorld(work: (world: RevealWorld) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(memory, "assay-reveal-"));
  const world = new RevealWorld(dir, new FakeClock(100 * HOUR));
  try {
    await work(world);
  } finally {
    await world.close();
    await rm(dir, { recursive: true });
  }
}

/** Moves the wall clock there, which may be back, and ticks. */
async function at(world: RevealWorld, hour: number): Promise<void> {
  world.clock.now = hour * HOUR;
  await world.tick();
}

/**
 * The life of epoch 100, with the clock going back and forth across the moment at which it is over. Returns which of the
 * draws could be had.
 */
async function live(world: RevealWorld): Promise<boolean[]> {
  const could = [await world.draw(100)];
  await at(world, 100.1);
  await at(world, 101.9);
  await at(world, 102);
  could.push(await world.draw(100));
  await at(world, 100.9);
  could.push(await world.draw(100));
  await world.verdicts();
  world.meanwhile = () => {
    world.clock.now = 100.9 * HOUR;
  };
  await at(world, 102);
  could.push(await world.draw(100));
  await at(world, 100.9);
  could.push(await world.draw(100), await world.draw(101));
  await at(world, 104);
  await world.verdicts();
  await at(world, 104.1);
  await world.retain();
  await at(world, 100);
  return [...could, await world.draw(100)];
}

/** The whole life with this kill. */
async function lifeWith(kill: Kill): Promise<void> {
  await inWorld(async (world) => {
    world.kill = kill;
    await live(world);
    assert.equal(world.restarts, 1);
    await world.finish();
  });
}

test("an epoch decides while its key is secret: also again when the clock steps back before it closed", () =>
  inWorld(async (world) => {
    assert.deepEqual(await live(world), [true, false, true, false, false, true, false]);
    await world.finish();
  }));

test("killed at every step of closing an epoch, a key that can still decide is never revealed, and a closed epoch ends revealed", async () => {
  let calls: readonly string[] = [];
  await inWorld(async (world) => {
    await live(world);
    calls = [...world.calls];
  });
  for (const name of ["commitEpoch", "openEpochs", "logHeads", "addLogHead", "closeEpoch", "endSamples"])
    assert.ok(calls.includes(name), name);
  for (const [index, name] of calls.entries()) {
    for (const effect of ["before", "after"] as const) {
      try {
        await lifeWith({ call: index + 1, effect });
      } catch (error) {
        throw new Error(`killed ${effect} call ${index + 1}, ${name}`, { cause: error });
      }
    }
  }
});

type Step =
  | { readonly kind: "tick"; readonly meanwhile: number }
  | { readonly kind: "draw"; readonly ahead: number }
  | { readonly kind: "verdicts" | "restart" | "rotate" | "retain" }
  | { readonly kind: "clock"; readonly quarters: number }
  | { readonly kind: "kill"; readonly in: number; readonly effect: Kill["effect"] };

const quarters = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -9, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(-800, 800) },
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("tick" as const),
      meanwhile: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: quarters }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("draw" as const), ahead: fc.integer({ min: -1, max: 1 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("clock" as const), quarters }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("verdicts" as const, "verdicts" as const, "restart", "rotate", "retain"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("kill" as const),
      in: fc.integer({ min: 1, max: 12 }),
      effect: fc.constantFrom("before" as const, "after" as const),
    }),
  },
);

async function take(world: RevealWorld, step: Step): Promise<void> {
  const { clock } = world;
  if (step.kind === "draw") await world.draw(Math.floor(clock.now / HOUR) + step.ahead);
  else if (step.kind === "clock") clock.now += (step.quarters * HOUR) / 4;
  else if (step.kind === "kill") world.kill = { call: world.calls.length + step.in, effect: step.effect };
  else if (step.kind !== "tick") await world[step.kind]();
  else {
    world.meanwhile = () => {
      clock.now += (step.meanwhile * HOUR) / 4;
    };
    await world.tick();
  }
}

test("in any order of ticks, draws, verdicts, clock steps, retention, rotation and kills the same holds", () =>
  fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 40 }), (steps) =>
      inWorld(async (world) => {
        // Far from the first epoch, so that the clock can step back a long way.
        world.clock.now = 5000 * HOUR;
        for (const step of steps) await take(world, step);
        await world.finish();
      }),
    ),
    { numRuns: 80 },
  ));
