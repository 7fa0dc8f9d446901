import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ConnectedClient, connectClient, type TestAccount, testAccount } from "./connectClient.ts";
import { openControl } from "./control/control.ts";
import type { ControlCommand } from "./control/messages.ts";
import { ChainDouble } from "./double.ts";
import type { ChainDoubleOptions, SubnetOptions } from "./options.ts";

export const NETUID = 7;

export interface DoubleSetting extends ConnectedClient {
  readonly double: ChainDouble;
  readonly url: string;
  /** A validator with a permit, at uid 0. */
  readonly alice: TestAccount;
  /** A miner without a permit, at uid 2. */
  readonly bob: TestAccount;
  control(command: ControlCommand): Promise<unknown>;
  /** Makes blocks up to a height, no faster than the client follows. */
  advanceTo(number: number): Promise<void>;
  /** Makes blocks every few ms while something goes on. */
  whileBlocks<T>(work: Promise<T>): Promise<T>;
}

/** Five neurons: Alice and another validator, Bob and two more miners. */
export function fiveNeurons(alice: string, bob: string): SubnetOptions["neurons"] {
  return [
    { hotkey: alice, stake: 1000, permit: true },
    { hotkey: `0x${"02".repeat(32)}`, stake: 500, permit: true },
    { hotkey: bob, stake: 1, axon: { ip: "10.1.2.3", port: 8091 } },
    { hotkey: `0x${"04".repeat(32)}`, axon: { ip: "2001:db8::7", port: 8092 } },
    { hotkey: `0x${"05".repeat(32)}` },
  ];
}

/** A double in this process, with a client; both end with the test. */
export async function withDouble(
  context: TestContext,
  subnet: Partial<SubnetOptions> = {},
  options: Partial<ChainDoubleOptions> = {},
): Promise<DoubleSetting> {
  const [alice, bob] = await Promise.all([testAccount("//Alice"), testAccount("//Bob")]);
  const neurons = fiveNeurons(alice.address, bob.address);
  const double = await ChainDouble.start({
    subnets: [{ netuid: NETUID, neurons, tempo: 20, ...subnet }],
    ...options,
  });
  const control = openControl(double);
  const url = double.endpoints[0]?.url ?? "";
  const connected = connectClient(url);
  context.after(async () => {
    connected.client.destroy();
    await double.close();
  });
  const whileBlocks = async <T>(work: Promise<T>): Promise<T> => {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    while (!isDone) {
      await sleep(40);
      double.produce();
    }
    return done;
  };
  const advanceTo = async (number: number): Promise<void> => {
    while (double.chain.best.number < number) {
      for (let made = 0; made < 16 && double.chain.best.number < number; made++) double.produce();
      const { hash } = double.chain.best;
      while ((await connected.client.getBestBlocks())[0]?.hash !== hash) await sleep(5);
    }
  };
  return { ...connected, advanceTo, double, url, alice, bob, control, whileBlocks };
}
