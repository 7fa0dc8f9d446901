import assert from "node:assert/strict";
import { test } from "node:test";
import { between, constant } from "../../support/dispatch/cap/queueing.ts";
import { Fleet } from "../../support/dispatch/cap/queueingFleet.ts";

const names = (count: number, of: string): string[] => Array.from({ length: count }, (_, i) => `${of}${i}`);

function sent(fleet: Fleet, hotkeys: readonly string[]): number {
  return hotkeys.reduce((sum, hotkey) => sum + fleet.miner(hotkey).sent, 0);
}

test("short memory shrinks the ceiling and not the caps, and nothing is left of it afterwards", async () => {
  const fleet = new Fleet();
  const miners = names(10, "miner");
  for (const hotkey of miners) fleet.add(hotkey, { parallel: 10, serviceMs: constant(5000) });
  await fleet.run(1500);
  const caps = miners.map((hotkey) => fleet.cap(hotkey));
  const inFlight = fleet.dispatcher.stats().inFlight;
  assert.ok(inFlight >= 120, `in flight ${inFlight}`);

  fleet.memory = 0.1;
  await fleet.run(240);
  const pressed = fleet.dispatcher.stats();
  assert.ok(pressed.ceiling !== null && pressed.ceiling < inFlight / 2, `ceiling ${pressed.ceiling}`);
  assert.ok(pressed.inFlight <= pressed.ceiling);
  assert.deepEqual(
    miners.map((hotkey) => fleet.cap(hotkey)),
    caps,
  );

  fleet.memory = 0.9;
  await fleet.run(600);
  const free = fleet.dispatcher.stats();
  assert.equal(free.ceiling, null);
  assert.ok(free.inFlight >= 120, `in flight ${free.inFlight}`);
});

test("caps of an earlier run are hints: clamped, and gone for miners that cannot live up to them", async () => {
  const caps = { huge: 1e9, slow: 5000, broken: 32, negative: -5, text: "9", listed: [7] };
  const fleet = new Fleet({ saved: JSON.stringify({ version: 1, caps, kinds: { kind: ["x", -1, 1e300] } }) });
  for (const hotkey of ["huge", "negative", "text", "listed"]) {
    fleet.add(hotkey, { parallel: 20, serviceMs: constant(2000) });
  }
  fleet.add("slow", { parallel: 1, serviceMs: constant(2000) });
  fleet.add("broken", { parallel: 20, serviceMs: constant(2000), failing: 1 });
  await fleet.run(1);
  const restored = [...fleet.miners.keys()].map((hotkey) => fleet.dispatcher.capOf(hotkey));
  assert.deepEqual(
    restored.map((cap) => cap?.learned),
    [32, 1, 1, 1, 32, 32],
  );
  assert.ok(restored.every((cap) => cap?.usable === 1));
  await fleet.run(1800);
  assert.ok(fleet.cap("huge") >= 20 && fleet.cap("huge") <= 50, `huge ${fleet.cap("huge")}`);
  assert.ok(fleet.cap("slow") <= 3, `slow ${fleet.cap("slow")}`);
  assert.equal(fleet.dispatcher.capOf("broken")?.usable, 1);
});

test("miners that fail fast do not swallow the work", async () => {
  const fleet = new Fleet();
  const good = names(44, "good");
  const broken = names(6, "broken");
  for (const hotkey of good) fleet.add(hotkey, { parallel: 4, serviceMs: between(500, 1500) });
  for (const hotkey of broken) fleet.add(hotkey, { parallel: 4, serviceMs: constant(1000), failing: 1 });
  await fleet.run(60);
  const [goodBefore, brokenBefore] = [sent(fleet, good), sent(fleet, broken)];
  await fleet.run(240);
  const toBroken = sent(fleet, broken) - brokenBefore;
  const share = toBroken / (toBroken + sent(fleet, good) - goodBefore);
  assert.ok(share < 0.05, `share ${share}`);
  assert.ok(toBroken > 0, "they are asked now and then, or none could ever come back");
});

test("newcomers get their share beside incumbents with deep caps", async () => {
  const fleet = new Fleet({ ceiling: 40 });
  const incumbents = names(4, "old");
  const newcomers = names(4, "new");
  for (const hotkey of incumbents) fleet.add(hotkey, { parallel: 100, serviceMs: constant(2000) });
  await fleet.run(900);
  for (const hotkey of newcomers) fleet.add(hotkey, { parallel: 100, serviceMs: constant(2000) });
  await fleet.run(900);
  const [oldBefore, newBefore] = [sent(fleet, incumbents), sent(fleet, newcomers)];
  await fleet.run(300);
  const toNew = sent(fleet, newcomers) - newBefore;
  const share = toNew / (toNew + sent(fleet, incumbents) - oldBefore);
  assert.ok(share >= 0.45 && share <= 0.55, `share ${share}`);
});

test("a link that breaks and comes back in time costs the miner nothing of its cap", async () => {
  const fleet = new Fleet();
  fleet.add("miner", { parallel: 10, serviceMs: constant(2000) });
  await fleet.run(1200);
  const before = fleet.miner("miner").changes.length;
  fleet.disconnect("miner");
  await fleet.run(5);
  fleet.connect("miner");
  await fleet.run(300);
  const least = Math.min(
    ...fleet
      .miner("miner")
      .changes.slice(before - 1)
      .map(({ cap }) => cap),
  );
  assert.ok(least >= 12, `least ${least}`);
});
