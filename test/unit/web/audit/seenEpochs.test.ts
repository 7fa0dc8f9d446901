import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  readSeenEpochs,
  SEEN_EPOCHS_MAX,
  type SeenDocument,
  type SeenEpoch,
  withSeen,
} from "../../../../web/audit/seenEpochs.ts";

const served = (epoch: number, heads: number, state: "open" | "closed" = "open"): SeenDocument => ({
  ...{ epoch, state, commitment: `c${epoch}` },
  heads: Array.from({ length: heads }, (_, i) => `head ${i}`),
});
const kept = (...documents: SeenDocument[]): readonly SeenEpoch[] => documents.reduce(withSeen, []);
const heads = (seen: readonly SeenEpoch[]) =>
  seen.map((one) => one.documents.map((document) => document.heads.length));

describe("what a browser saw of open epochs", () => {
  it("is the first document and the last", () => {
    assert.deepEqual(heads(kept(served(5, 0), served(5, 1), served(6, 0), served(5, 2))), [[0, 2], [0]]);
  });

  it("is nothing of a closed one, and stays when the epoch closes", () => {
    assert.deepEqual(kept(served(5, 1, "closed")), []);
    assert.deepEqual(heads(kept(served(5, 1), served(5, 9, "closed"))), [[1]]);
  });

  it("is of a bounded number of epochs, the oldest is dropped", () => {
    const all = kept(...Array.from({ length: SEEN_EPOCHS_MAX + 1 }, (_, epoch) => served(epoch, 1)));
    assert.deepEqual([all.length, all[0]?.epoch], [SEEN_EPOCHS_MAX, 1]);
  });

  it("is read from its text, and nothing is where that is damaged", () => {
    const seen = kept(served(5, 1), served(6, 2));
    assert.deepEqual(readSeenEpochs(JSON.stringify(seen)), seen);
    for (const text of [null, "", "{}", "[", "null", '[{"epoch":5}]', '[{"epoch":5,"documents":[{}]}]'])
      assert.deepEqual(readSeenEpochs(text), [], String(text));
  });
});
