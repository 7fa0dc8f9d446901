import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "polkadot-api/utils";
import { hashCommit } from "../../../src/chain/subtensor/codec/hashCommit.ts";
import { encodePayload } from "../../../src/chain/subtensor/codec/payload.ts";
import { encrypt } from "../../../src/chain/subtensor/timelock/encrypt.ts";
import { systemRandom } from "../../../src/core/random.ts";
import type { TransactionOutcome } from "../../support/chain/connectClient.ts";
import type { ChainDoubleOptions } from "../../support/chain/options.ts";
import { startTimeFor } from "../../support/chain/state/beacon.ts";
import { NETUID, withDouble } from "../../support/chain/withDouble.ts";

const plain = { commitReveal: false };
const vector = { netuid: NETUID, dests: [1, 3], weights: [1, 3], version_key: 0n };

/** The name of a call's failure. */
function errorOf({ dispatchError }: TransactionOutcome): string {
  return `${dispatchError?.value.type}.${dispatchError?.value.value.type}`;
}

/** The refusal of an extrinsic that no block takes. */
async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const { value } = (error as { error: { value: unknown } }).error;
  const { type, value: inner } = value as { type: string; value?: unknown };
  return inner === undefined ? type : `${type} ${inner}`;
}

function setCases(title: string, options: Partial<ChainDoubleOptions>): void {
  test(`${title}: signed weights are included, scaled up and read back`, async (context) => {
    const { call, alice, read, whileBlocks } = await withDouble(context, plain, options);
    const set = await whileBlocks(call("set_weights", vector).signAndSubmit(alice.signer));
    assert.deepEqual(
      [set.ok, set.events.map(({ type, value }) => `${type}.${value.type}`)],
      [true, ["SubtensorModule.WeightsSet", "System.ExtrinsicSuccess"]],
    );
    assert.deepEqual(await read("Weights", NETUID, 0), [
      [1, 21845],
      [3, 65535],
    ]);
    assert.deepEqual(await read("LastUpdate", NETUID), [set.block.number, 0, 0, 0, 0].map(BigInt));
  });

  test(`${title}: a mechanism has weights of its own`, async (context) => {
    const { call, alice, read, whileBlocks } = await withDouble(
      context,
      { ...plain, mechanisms: 2 },
      options,
    );
    const set = (mecid: number) =>
      call("set_mechanism_weights", { ...vector, mecid }).signAndSubmit(alice.signer);
    assert.ok((await whileBlocks(set(1))).ok);
    assert.deepEqual(await read("Weights", NETUID, 0), []);
    assert.deepEqual(await read("Weights", NETUID + 4096, 0), [
      [1, 21845],
      [3, 65535],
    ]);
    assert.equal(errorOf(await whileBlocks(set(2))), "SubtensorModule.MechanismDoesNotExist");
  });

  test(`${title}: a call fails by the name of the first rule that it breaks`, async (context) => {
    const subnet = { ...plain, versionKey: 5, minAllowedWeights: 2, rateLimit: 0 };
    const { call, alice, bob, whileBlocks } = await withDouble(context, subnet, options);
    const failure = async (args: object, signer = alice.signer) =>
      errorOf(
        await whileBlocks(call("set_weights", { ...vector, version_key: 5n, ...args }).signAndSubmit(signer)),
      );
    assert.equal(await failure({ weights: [1] }), "SubtensorModule.WeightVecNotEqualSize");
    assert.equal(await failure({ version_key: 4n }), "SubtensorModule.IncorrectWeightVersionKey");
    assert.equal(await failure({}, bob.signer), "SubtensorModule.NeuronNoValidatorPermit");
    assert.equal(await failure({ dests: [1, 1] }), "SubtensorModule.DuplicateUids");
    assert.equal(await failure({ dests: [1, 5] }), "SubtensorModule.UidVecContainInvalidOne");
    assert.equal(await failure({ dests: [1], weights: [1] }), "SubtensorModule.WeightVecLengthIsLow");
  });

  test(`${title}: weights that come too early are refused before a block or in it`, async (context) => {
    const early = await withDouble(context, { ...plain, rateLimit: 30 }, options);
    assert.ok(
      (await early.whileBlocks(early.call("set_weights", vector).signAndSubmit(early.alice.signer))).ok,
    );
    assert.equal(
      await refusalOf(early.whileBlocks(early.call("set_weights", vector).signAndSubmit(early.alice.signer))),
      "Custom 6",
    );
    await early.advanceTo(early.double.chain.best.number + 30);
    assert.ok(
      (await early.whileBlocks(early.call("set_weights", vector).signAndSubmit(early.alice.signer))).ok,
    );
    const late = await withDouble(
      context,
      { ...plain, rateLimit: 30 },
      { ...options, rateLimitAt: "dispatch" },
    );
    const set = () => late.whileBlocks(late.call("set_weights", vector).signAndSubmit(late.alice.signer));
    assert.ok((await set()).ok);
    assert.equal(errorOf(await set()), "SubtensorModule.SettingWeightsTooFast");
  });

  test(`${title}: stake and an address are checked before any block`, async (context) => {
    const { call, alice, bob, read, whileBlocks } = await withDouble(
      context,
      { ...plain, stakeThreshold: 10 },
      options,
    );
    assert.equal(
      await refusalOf(whileBlocks(call("set_weights", vector).signAndSubmit(bob.signer))),
      "Custom 1",
    );
    const axon = {
      netuid: NETUID,
      version: 1,
      port: 8100,
      ip_type: 4,
      protocol: 4,
      placeholder1: 0,
      placeholder2: 0,
    };
    const serve = (ip: bigint) =>
      whileBlocks(call("serve_axon", { ...axon, ip }).signAndSubmit(alice.signer));
    assert.equal(await refusalOf(serve(0x7f000001n)), "Custom 11");
    assert.ok((await serve(0x0a000001n)).ok);
    const stored = (await read("Axons", NETUID, alice.address)) as { ip: bigint; port: number };
    assert.deepEqual([stored.ip, stored.port], [0x0a000001n, 8100]);
    assert.equal(await refusalOf(serve(0x0a000002n)), "Custom 12");
  });
}

function commitCases(title: string, options: Partial<ChainDoubleOptions>): void {
  test(`${title}: a hash commit is revealed in its epoch and not before`, async (context) => {
    const { call, alice, bob, read, advanceTo, whileBlocks } = await withDouble(
      context,
      { tempo: 60 },
      options,
    );
    const content = { uids: [2, 3], values: [1, 2], salt: [7, 8, 9] };
    const hash = hashCommit({
      account: alice.publicKey,
      netuid: NETUID,
      mechanism: 0,
      versionKey: 3,
      ...content,
    });
    const commit = call("commit_weights", { netuid: NETUID, commit_hash: toHex(hash) });
    const reveal = (salt: number[], signer = alice.signer) =>
      whileBlocks(
        call("reveal_weights", { netuid: NETUID, ...content, salt, version_key: 3n }).signAndSubmit(signer),
      );
    assert.equal(
      errorOf(await whileBlocks(call("set_weights", vector).signAndSubmit(alice.signer))),
      "SubtensorModule.CommitRevealEnabled",
    );
    const committed = await whileBlocks(commit.signAndSubmit(alice.signer));
    assert.deepEqual(await read("WeightCommits", NETUID, alice.address), [
      [toHex(hash), 0n, BigInt(committed.block.number), 0n],
    ]);
    assert.equal(await refusalOf(reveal(content.salt)), "Custom 17");
    assert.equal(await refusalOf(reveal([1])), "Custom 16");
    await advanceTo(1060);
    assert.equal(await refusalOf(reveal(content.salt, bob.signer)), "Custom 16");
    assert.ok((await reveal(content.salt)).ok);
    assert.deepEqual(await read("Weights", NETUID, 0), [
      [2, 32768],
      [3, 65535],
    ]);
    assert.equal(await read("WeightCommits", NETUID, alice.address), undefined);
  });

  test(`${title}: a hash commit expires after its epoch`, async (context) => {
    const { call, alice, advanceTo, whileBlocks } = await withDouble(context, { tempo: 60 }, options);
    const content = { uids: [2, 3], values: [1, 2], salt: [7] };
    const hash = hashCommit({
      account: alice.publicKey,
      netuid: NETUID,
      mechanism: 0,
      versionKey: 0,
      ...content,
    });
    assert.ok(
      (
        await whileBlocks(
          call("commit_weights", { netuid: NETUID, commit_hash: toHex(hash) }).signAndSubmit(alice.signer),
        )
      ).ok,
    );
    await advanceTo(1120);
    const reveal = call("reveal_weights", { netuid: NETUID, ...content, version_key: 0n });
    assert.equal(await refusalOf(whileBlocks(reveal.signAndSubmit(alice.signer))), "Custom 17");
  });

  test(`${title}: a timelocked commit opens by itself once its round is out`, async (context) => {
    const startTimeMs = startTimeFor(1000, 1060, 1000);
    const setting = await withDouble(context, { tempo: 60 }, { ...options, startTimeMs });
    const { call, alice, read, advanceTo, whileBlocks } = setting;
    const payload = encodePayload({ hotkey: alice.publicKey, uids: [2, 4], values: [3, 6], versionKey: 0 });
    const commit = {
      netuid: NETUID,
      mecid: 0,
      commit: encrypt(payload, 1000, systemRandom),
      reveal_round: 1000n,
    };
    const send = (version: number) =>
      whileBlocks(
        call("commit_timelocked_mechanism_weights", {
          ...commit,
          commit_reveal_version: version,
        }).signAndSubmit(alice.signer),
      );
    assert.equal(errorOf(await send(3)), "SubtensorModule.IncorrectCommitRevealVersion");
    assert.ok((await send(4)).ok);
    assert.equal(((await read("TimelockedWeightCommits", NETUID, 0n)) as unknown[]).length, 1);
    await advanceTo(1061);
    assert.deepEqual(await read("Weights", NETUID, 0), []);
    await advanceTo(1066);
    assert.deepEqual(await read("Weights", NETUID, 0), [
      [2, 32768],
      [4, 65535],
    ]);
    assert.deepEqual(await read("TimelockedWeightCommits", NETUID, 0n), []);
  });

  test(`${title}: a timelocked commit whose round never comes is lost with its epoch`, async (context) => {
    const startTimeMs = startTimeFor(1000, 1060, 1000);
    const setting = await withDouble(context, { tempo: 60 }, { ...options, startTimeMs });
    const { call, alice, read, advanceTo, control, whileBlocks } = setting;
    await control({ do: "beacon", skip: [1000] });
    const payload = encodePayload({ hotkey: alice.publicKey, uids: [2], values: [3], versionKey: 0 });
    const commit = encrypt(payload, 1000, systemRandom);
    const sent = call("commit_timelocked_weights", {
      ...{ netuid: NETUID, commit, reveal_round: 1000n, commit_reveal_version: 4 },
    });
    assert.ok((await whileBlocks(sent.signAndSubmit(alice.signer))).ok);
    await advanceTo(1119);
    assert.equal(((await read("TimelockedWeightCommits", NETUID, 0n)) as unknown[]).length, 1);
    await advanceTo(1121);
    assert.deepEqual(await read("TimelockedWeightCommits", NETUID, 0n), []);
    assert.deepEqual(await read("Weights", NETUID, 0), []);
    const late = call("commit_timelocked_weights", {
      ...{ netuid: NETUID, commit, reveal_round: 1000n, commit_reveal_version: 4 },
    });
    assert.equal(await refusalOf(whileBlocks(late.signAndSubmit(alice.signer))), "Custom 15");
  });
}

/** Weights by every way that the chain takes them, and what it says of wrong ones. */
export function weightCases(title: string, options: Partial<ChainDoubleOptions>): void {
  setCases(title, options);
  commitCases(title, options);
}
