import assert from "node:assert/strict";
import { test } from "node:test";
import { parseState } from "../../../../src/dispatch/records/savedState.ts";
import { StateNotes } from "../../../../src/dispatch/records/stateNotes.ts";
import { MemoryRecords } from "../../../support/dispatch/world.ts";

const stateOf = (hotkey: string, cap: number) => ({ caps: new Map([[hotkey, cap]]), kinds: new Map() });

test("one process has one note, as it always had", async () => {
  const records = new MemoryRecords();
  const notes = new StateNotes(records, null);
  await notes.write(stateOf("m", 5), 1000);
  assert.deepEqual([...records.notes.keys()], ["dispatch_state"]);
  assert.equal(records.notes.get("dispatch_state"), '{"version":1,"caps":{"m":5},"kinds":{}}');
  assert.deepEqual(await notes.read(), stateOf("m", 5));
});

test("each process has its own note, and a start reads what all of them learned", async () => {
  const records = new MemoryRecords();
  await new StateNotes(records, null).write(stateOf("before", 2), 0);
  await new StateNotes(records, "one").write(stateOf("m", 5), 1000);
  await new StateNotes(records, "two").write(stateOf("n", 6), 2000);
  await new StateNotes(records, "one").write(stateOf("m", 4), 3000);
  const { caps } = await new StateNotes(records, "three").read();
  assert.deepEqual(
    new Map([...caps].sort()),
    new Map([
      ["before", 2],
      ["m", 4],
      ["n", 6],
    ]),
  );
  assert.equal(records.notes.size, 3);
});

test("whatever names there were, there are at most 16 notes", async () => {
  const records = new MemoryRecords();
  for (let i = 0; i < 500; i++) await new StateNotes(records, `host-${i}`).write(stateOf(`m${i}`, 3), i);
  assert.equal(records.notes.size, 16);
  for (const note of records.notes.values()) assert.equal(parseState(note).caps.size, 1);
});
