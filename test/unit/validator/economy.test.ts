import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConfig } from "../../../src/config/load.ts";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import type { StoredMiner } from "../../../src/flow/store.ts";
import { Economy } from "../../../src/validator/economy.ts";
import { lanesOf } from "../../../src/validator/lanes.ts";

const config = defaultConfig();

function world(miners: readonly StoredMiner[], history = 8192) {
  const state = {
    neurons: [{ uid: 0, hotkey: "v", stake: 1, permit: true }] as readonly ChainMiner[] | null,
    height: 3600 as number | null,
    pages: 0,
  };
  const economy = new Economy({
    config: { ...config, judge: { ...config.judge, history } },
    hotkey: "v",
    lanes: lanesOf({ config, circuits: [] }),
    chain: { block: () => state.height, tempo: () => 360, registered: () => state.neurons },
    store: {
      miners: async (after: string | null, limit: number) => {
        state.pages++;
        return miners.filter(({ hotkey }) => after === null || hotkey > after).slice(0, limit);
      },
    },
  });
  return { economy, state };
}

function stored(count: number): StoredMiner[] {
  return Array.from({ length: count }, (_, i) => ({
    hotkey: `m${String(i).padStart(6, "0")}`,
    ...{ firstSeen: 0, lastSeen: 3600 },
    counts: { submitted: 100, accepted: 100, rejected: 0, void: 0 },
  }));
}

test("the volume is read page by page, and no further than judge remembers", async () => {
  const { economy, state } = world(stored(501));
  assert.equal(economy.document()?.jobs_per_tempo, null);
  await economy.refresh();
  assert.deepEqual([economy.document()?.jobs_per_tempo, state.pages], [10, 2]);
  const bounded = world(stored(2000), 1000);
  await bounded.economy.refresh();
  assert.equal(bounded.state.pages, 2);
});

test("with the height unknown the last volume stays", async () => {
  const { economy, state } = world(stored(1));
  await economy.refresh();
  state.height = null;
  await economy.refresh();
  assert.equal(economy.document()?.jobs_per_tempo, 10);
});

test("the document is made once per list, and follows the list", () => {
  const { economy, state } = world([]);
  const first = economy.document();
  assert.equal(economy.document(), first);
  state.neurons = [{ uid: 0, hotkey: "v", stake: 2, permit: true }];
  assert.equal(economy.document()?.stake, 2);
  state.neurons = null;
  assert.equal(economy.document(), null);
});
