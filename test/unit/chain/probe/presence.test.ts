import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type NeedsOptions, needsOf } from "../../../../src/chain/subtensor/probe/entries.ts";
import { presenceIn, presenceOf } from "../../../../src/chain/subtensor/probe/presence.ts";
import { realMetadataFile } from "../../../support/chain/realMetadata.ts";

type Runtime = Parameters<typeof presenceIn>[0];

const options: NeedsOptions = { mechanism: 0, weights: "auto", publishes: true };

/** A runtime with one storage map of structs, two calls and one call of a runtime API. */
const runtime = {
  lookup: {
    1: {
      def: {
        tag: "variant",
        value: [
          { name: "Some", fields: [{ type: 2 }] },
          { name: "None", fields: [] },
        ],
      },
    },
    2: { def: { tag: "composite", value: [{ name: "ip" }, { name: "port" }] } },
    3: {
      def: {
        tag: "variant",
        value: [
          { name: "set_weights", fields: [{ name: "netuid" }, { name: "dests" }] },
          {
            name: "set_mechanism_weights",
            fields: [{ name: "netuid" }, { name: "mecid" }, { name: "dests" }],
          },
        ],
      },
    },
  },
  pallets: [
    {
      name: "SubtensorModule",
      storage: { items: [{ name: "Axons", type: { tag: "map", value: { value: 1 } } }] },
      calls: { type: 3 },
      constants: [{ name: "Version" }],
    },
  ],
  apis: [{ name: "Api", methods: [{ name: "get", output: 1 }] }],
} as unknown as Runtime;

const lacksOf = (...anyOf: Parameters<typeof presenceIn>[1][number]["anyOf"]) =>
  presenceIn(runtime, [{ anyOf, for: "a test" }]).lacks.map(({ entry }) => entry);

test("an entry is there with all its fields, or what is missing is named", () => {
  assert.deepEqual(lacksOf({ kind: "storage", name: "SubtensorModule.Axons", fields: ["ip", "port"] }), []);
  assert.deepEqual(lacksOf({ kind: "storage", name: "SubtensorModule.Axons", fields: ["ip", "kind"] }), [
    "SubtensorModule.Axons (kind)",
  ]);
  assert.deepEqual(lacksOf({ kind: "storage", name: "SubtensorModule.Weights" }), [
    "SubtensorModule.Weights",
  ]);
  assert.deepEqual(lacksOf({ kind: "storage", name: "Drand.Pulses" }), ["Drand.Pulses"]);
  assert.deepEqual(lacksOf({ kind: "api", name: "Api.get", fields: ["port"] }), []);
  assert.deepEqual(lacksOf({ kind: "api", name: "Api.other" }), ["Api.other"]);
  assert.deepEqual(lacksOf({ kind: "constant", name: "SubtensorModule.Version" }), []);
});

test("one of several is enough; without any, all are named", () => {
  const call = (name: string, ...fields: string[]) =>
    ({ kind: "call", name: `SubtensorModule.${name}`, fields }) as const;
  assert.deepEqual(lacksOf(call("gone"), call("set_weights", "dests")), []);
  assert.deepEqual(lacksOf(call("gone"), call("set_weights", "weights")), [
    "SubtensorModule.gone or SubtensorModule.set_weights (weights)",
  ]);
});

test("what is needed follows the configuration", () => {
  const names = (change: Partial<NeedsOptions>) =>
    needsOf({ ...options, ...change }).flatMap(({ anyOf }) => anyOf.map(({ name }) => name));
  assert.ok(names({}).includes("SubtensorModule.commit_timelocked_weights"));
  assert.ok(names({}).includes("SubtensorModule.set_weights"));
  assert.ok(!names({}).includes("SubtensorModule.reveal_weights"));
  assert.ok(names({ weights: "commit" }).includes("SubtensorModule.reveal_weights"));
  assert.ok(!names({ weights: "set" }).includes("SubtensorModule.commit_timelocked_weights"));
  assert.ok(!names({ publishes: false }).includes("SubtensorModule.serve_axon"));
  const second = names({ mechanism: 1 });
  assert.ok(second.includes("SubnetInfoRuntimeApi.get_mechagraph"));
  assert.ok(!second.includes("SubtensorModule.set_weights"));
});

// Where the metadata of a real runtime stands beside the checkout.
if (existsSync(realMetadataFile))
  test("a real runtime has all that is needed", () => {
    const metadata = readFileSync(realMetadataFile);
    for (const weights of ["auto", "set", "commit", "timelocked"] as const)
      for (const mechanism of [0, 1])
        assert.deepEqual(presenceOf(metadata, needsOf({ ...options, weights, mechanism })).lacks, []);
  });
