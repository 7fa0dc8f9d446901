import assert from "node:assert/strict";
import { test } from "node:test";
import { MetagraphKeeper, TEMPO_UNKNOWN } from "../../../../src/chain/subtensor/follow/metagraphKeeper.ts";
import type { BlockRef, Metagraph } from "../../../../src/chain/subtensor/node.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

const TEMPO = 20;

/** Which of some blocks a metagraph was read at; `registered` names those with a registration. */
function world() {
  const reads: number[] = [];
  let fails = false;
  const keeper = new MetagraphKeeper({
    clock: new FakeClock(0),
    log: silentLog,
    read: async (block: BlockRef): Promise<Metagraph> => {
      reads.push(block.number);
      if (fails) throw new Error("no answer");
      return { netuid: 7, block, tempo: TEMPO, ownerHotkey: null, neurons: [] };
    },
  });
  return {
    ...{ keeper, reads },
    fail: (is: boolean) => {
      fails = is;
    },
    until: async (from: number, to: number): Promise<void> => {
      for (let number = from; number <= to; number++) await keeper.refresh({ number, hash: `0x${number}` });
    },
  };
}

test("the metagraph is read at the start, and then once per tempo", async () => {
  const { keeper, reads, until } = world();
  assert.equal(keeper.tempo(), TEMPO_UNKNOWN);
  await until(100, 160);
  assert.deepEqual(reads, [100, 120, 140, 160]);
  assert.equal(keeper.tempo(), TEMPO);
});

test("a registration has it read at the next block, and the tempo counts from there", async () => {
  const { keeper, reads, until } = world();
  await until(100, 104);
  keeper.registered();
  await until(105, 126);
  assert.deepEqual(reads, [100, 105, 125]);
});

test("what cannot be read is asked for at each block, and the last one stays in force", async () => {
  const { keeper, reads, until, fail } = world();
  await until(100, 119);
  fail(true);
  await until(120, 122);
  assert.deepEqual([keeper.metagraph?.block.number, keeper.fault?.message], [100, "no answer"]);
  fail(false);
  await until(123, 124);
  assert.deepEqual(reads, [100, 120, 121, 122, 123]);
  assert.deepEqual([keeper.metagraph?.block.number, keeper.fault], [123, null]);
});
