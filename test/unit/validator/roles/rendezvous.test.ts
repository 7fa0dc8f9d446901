import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeFor } from "../../../../src/validator/roles/rendezvous.ts";

const hotkeys = Array.from({ length: 2000 }, (_, i) => `5F3sa2TJAWMqDhXG6jhV4N8ko9SxwGy8TpaNS1re${i}`);
const nodes = [3, 4, 9, 17, 1_000_000];

test("each hotkey has exactly one node, the same in whatever order the nodes are seen", () => {
  for (const hotkey of hotkeys) {
    const node = nodeFor(hotkey, nodes);
    assert.ok(node !== null && nodes.includes(node));
    assert.equal(nodeFor(hotkey, nodes.toReversed()), node);
  }
  assert.equal(nodeFor("any", []), null);
  assert.equal(nodeFor("any", [7]), 7);
});

test("a node that goes moves only its own hotkeys, and one that comes takes only what it keeps", () => {
  for (const gone of nodes) {
    const left = nodes.filter((node) => node !== gone);
    for (const hotkey of hotkeys) {
      const [with_, without] = [nodeFor(hotkey, nodes), nodeFor(hotkey, left)];
      if (with_ === gone) assert.notEqual(without, gone);
      else assert.equal(without, with_);
    }
  }
});

test("the hotkeys are spread over the nodes, also over those of consecutive tokens", () => {
  for (const view of [nodes, [1, 2, 3, 4, 5]])
    for (const node of view) {
      const share = hotkeys.filter((hotkey) => nodeFor(hotkey, view) === node).length;
      assert.ok(share > 300 && share < 500, `${share} of 2000 at node ${node}`);
    }
});
