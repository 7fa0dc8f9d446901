import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { roundTimeMs } from "../../../src/chain/subtensor/timelock/rounds.ts";
import { connectClient } from "../../support/chain/connectClient.ts";
import { everyCall } from "../../support/chain/development/calls.ts";
import {
  developmentSubnet,
  type SubnetUnderTest,
  transactionOf,
} from "../../support/chain/development/subnet.ts";
import { doubleGenesis } from "../../support/chain/options.ts";
import { realMetadataFile } from "../../support/chain/realMetadata.ts";
import { withDouble } from "../../support/chain/withDouble.ts";
import { doubleFor, keys, NETUID, neurons } from "../../support/chainClient/opened.ts";
import { weightCycle } from "./weightCycle.ts";

// The same cycle of weights on the double, and on a node of a development chain where ASSAY_TEST_SUBTENSOR_URL names one.

for (const method of ["set", "commit"] as const)
  test(`double: weights go by ${method} from the plan to the chain`, async (t) => {
    const subnets = [{ netuid: NETUID, neurons, tempo: 60, rateLimit: 2 }];
    const double = await doubleFor(t, { subnets, blockMs: 100 });
    const subnet: SubnetUnderTest = {
      ...{ url: double.url, genesis: doubleGenesis, netuid: NETUID, validator: keys.alice },
      miners: [keys.bob.hotkey, keys.charlie.hotkey],
      setCommitReveal: async (isOn) => {
        const name = "CommitRevealWeightsEnabled";
        await double.control({ do: "store", name, keys: [NETUID], value: isOn });
      },
    };
    await weightCycle(t, subnet, method);
  });

/** A node of a development chain: a subnet is made on it, and weights go there by every way that it can be tried. */
async function wholeCycle(t: TestContext, node: string): Promise<void> {
  const connected = connectClient(node);
  t.after(() => connected.client.destroy());
  const subnet = await developmentSubnet(connected, node);
  await t.test("set", (t1) => weightCycle(t1, subnet, "set"));
  await t.test("commit", (t1) => weightCycle(t1, subnet, "commit"));
  const last = Number(await connected.api.query.Drand?.LastStoredRound?.getValue());
  if (Date.now() - roundTimeMs(last) > 120_000)
    t.diagnostic(`timelocked weights were not tried: the chain's last round of the beacon is ${last}`);
  else await t.test("timelocked", (t1) => weightCycle(t1, subnet, "timelocked"));
}

if (existsSync(realMetadataFile)) {
  test("double on real metadata: a subnet is made as on a development node, and takes weights", async (t) => {
    // Without rounds of the beacon, which are nobody's to sign here.
    // Blocks of 200 ms: an extrinsic is valid for 32 of them, and a busy machine takes its time to send it.
    const slow = { startTimeMs: Date.now() - 3_600_000, slotMs: 200 };
    const double = await doubleFor(t, { subnets: [], metadata: realMetadataFile, blockMs: 200, ...slow });
    await wholeCycle(t, double.url);
  });

  test("a real runtime has every call that prepares a subnet, with these arguments", async (t) => {
    const setting = await withDouble(t, {}, { metadata: realMetadataFile });
    for (const call of everyCall(NETUID, keys.alice.hotkey)) {
      const transaction = transactionOf(setting, call) as unknown as {
        getEncodedData(): Promise<Uint8Array>;
      };
      const bytes = await transaction.getEncodedData();
      assert.ok(bytes.length > 2, call.name);
    }
  });
}

const url = process.env.ASSAY_TEST_SUBTENSOR_URL;

if (url !== undefined && url !== "")
  test(`node ${url}: a subnet is made, and weights go by each way to the chain`, (t) => wholeCycle(t, url));
