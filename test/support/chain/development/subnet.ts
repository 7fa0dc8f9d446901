import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { keypairOfUri } from "../../../../src/keys/uri.ts";
import {
  type ConnectedClient,
  type TestAccount,
  type TransactionOutcome,
  testAccount,
  type UnsafeTransaction,
} from "../connectClient.ts";
import {
  commitReveal,
  openChain,
  type PreparingCall,
  registerNeuron,
  registerSubnet,
  stakeOn,
  startSubnet,
  subnetSettings,
} from "./calls.ts";

type Keypair = Awaited<ReturnType<typeof keypairOfUri>>;

/** A subnet with a validator that has a permit, and two miners. */
export interface SubnetUnderTest {
  readonly url: string;
  readonly genesis: string;
  readonly netuid: number;
  readonly validator: Keypair;
  /** Hotkeys. */
  readonly miners: readonly string[];
  setCommitReveal(isOn: boolean): Promise<void>;
}

/** A transaction as the library makes it, with what a call around it holds. */
interface Wrappable extends UnsafeTransaction {
  readonly decodedCall: unknown;
}

/** The transaction of a call; null where the runtime lacks an optional one. */
export function transactionOf({ api }: ConnectedClient, call: PreparingCall): UnsafeTransaction | null {
  const { pallet, name, args, isRoot } = call;
  const transaction = api.tx[pallet]?.[name]?.(args) as Wrappable;
  if (!isRoot) return transaction;
  const sudo = api.tx.Sudo?.sudo?.({ call: transaction.decodedCall });
  if (sudo === undefined) throw new Error("the runtime has no Sudo.sudo");
  return sudo;
}

/** Blocks that can include a transaction. */
const MORTAL_BLOCKS = 64;
/** Attempts of a call that a chain takes only some blocks later. */
const ATTEMPTS = 40;

class Preparation {
  readonly #client: ConnectedClient;
  readonly #alice: TestAccount;

  constructor(client: ConnectedClient, alice: TestAccount) {
    this.#client = client;
    this.#alice = alice;
  }

  /** Until it took effect; an optional call is tried once. */
  async make(call: PreparingCall): Promise<void> {
    let fault = "";
    for (let i = 0; i < (call.isOptional ? 1 : ATTEMPTS); i++) {
      try {
        const end = await this.#sent(call);
        if (end?.ok === true) return;
        fault = JSON.stringify(end?.dispatchError);
      } catch (error) {
        fault = String(error);
        if (/not found/.test(fault)) break;
        await sleep(1000);
      }
    }
    if (!call.isOptional) throw new Error(`${call.pallet}.${call.name} failed: ${fault}`);
  }

  /** How the call ended. Rejects when no block can include it any more: the library would wait for one without end. */
  async #sent(call: PreparingCall): Promise<TransactionOutcome | undefined> {
    const mortality = { mortal: true, period: MORTAL_BLOCKS } as const;
    const isOver = new AbortController();
    const ended = transactionOf(this.#client, call)?.signAndSubmit(this.#alice.signer, { mortality });
    try {
      return await Promise.race([ended, this.#expired(isOver.signal)]);
    } finally {
      isOver.abort();
    }
  }

  async #expired(isOver: AbortSignal): Promise<undefined> {
    const number = async (): Promise<number> => (await this.#client.client.getFinalizedBlock()).number;
    const last = (await number()) + 2 * MORTAL_BLOCKS;
    while (!isOver.aborted) {
      if ((await number()) > last) throw new Error("no block included it");
      await sleep(200);
    }
    return undefined;
  }

  async netuids(): Promise<number[]> {
    const entries = await this.#client.api.query.SubtensorModule?.NetworksAdded?.getEntries();
    return (entries ?? []).map(({ keyArgs }) => Number(keyArgs[0]));
  }

  async untilPermit(netuid: number, hotkey: string): Promise<void> {
    for (;;) {
      const uid = Number(await this.#client.read("Uids", netuid, hotkey));
      const permits = (await this.#client.read("ValidatorPermit", netuid)) as readonly boolean[];
      if (permits[uid] === true) return;
      await sleep(1000);
    }
  }
}

/** Makes a subnet on a chain whose //Alice has the funds and is root. Its hotkeys are new ones, so that it can be done again. */
export async function developmentSubnet(client: ConnectedClient, url: string): Promise<SubnetUnderTest> {
  const { genesisHash: genesis } = await client.client.getChainSpecData();
  const alice = await testAccount("//Alice");
  const run = randomBytes(4).toString("hex");
  const key = (name: string): Promise<Keypair> => keypairOfUri(`//Alice//${run}//${name}`);
  const [owner, validator, first, second] = await Promise.all(["o", "v", "m1", "m2"].map(key));
  if (!owner || !validator || !first || !second) throw new Error("no keys");
  const preparation = new Preparation(client, alice);
  for (const call of openChain) await preparation.make(call);
  const before = new Set(await preparation.netuids());
  await preparation.make(registerSubnet(owner.hotkey));
  const netuid = (await preparation.netuids()).find((found) => !before.has(found));
  if (netuid === undefined) throw new Error("the subnet was registered, but is not there");
  await preparation.make(startSubnet(netuid));
  for (const call of subnetSettings(netuid)) await preparation.make(call);
  await preparation.make(commitReveal(netuid, false));
  for (const { hotkey } of [validator, first, second]) await preparation.make(registerNeuron(netuid, hotkey));
  for (const call of stakeOn(netuid, validator.hotkey)) await preparation.make(call);
  await preparation.untilPermit(netuid, validator.hotkey);
  return {
    ...{ url, genesis, netuid, validator, miners: [first.hotkey, second.hotkey] },
    setCommitReveal: (isOn) => preparation.make(commitReveal(netuid, isOn)),
  };
}
