import type { ChainDouble } from "../double.ts";
import type { Block } from "../node/block.ts";
import { noFaults } from "../rpc/faults.ts";
import { putNeuron, shrinkSubnet } from "../state/neurons.ts";
import type { State } from "../state/state.ts";
import { jsonValue } from "./jsonValue.ts";
import type { ControlCommand, DoubleStatus } from "./messages.ts";

const PALLET = "SubtensorModule";

type Command<K extends ControlCommand["do"]> = Extract<ControlCommand, { do: K }>;
type Handlers = { readonly [K in ControlCommand["do"]]: (command: Command<K>) => unknown };

function short({ number, hash }: Block): { number: number; hash: string } {
  return { number, hash };
}

function statusOf({ chain, endpoints }: ChainDouble): DoubleStatus {
  return {
    best: short(chain.best),
    finalized: short(chain.finalized),
    genesis: chain.genesis,
    specVersion: chain.best.runtime.version.specVersion,
    pool: chain.pool.size,
    taken: [...chain.pool.taken],
    connections: endpoints.map(({ connections }) => connections),
    accepted: endpoints.map(({ accepted }) => accepted),
  };
}

function putPermit(state: State, netuid: number, uid: number, permit: boolean): void {
  const permits = state.flags(PALLET, "ValidatorPermit", netuid);
  permits[uid] = permit;
  state.put(PALLET, "ValidatorPermit", [netuid], permits);
}

function handlersOf(double: ChainDouble): Handlers {
  const { chain } = double;
  const endpoint = (at: number | undefined) => {
    const found = double.endpoints[at ?? 0];
    if (found === undefined) throw new Error(`no endpoint ${at}`);
    return found;
  };
  return {
    produce: ({ blocks, isEmpty }) => {
      for (let made = 0; made < (blocks ?? 1); made++) double.produce({ isEmpty: isEmpty === true });
      return short(chain.best);
    },
    run: ({ blockMs }) => double.run(blockMs),
    reorganize: ({ depth, length, keepsExtrinsics }) =>
      short(chain.reorganize(depth, length ?? depth + 1, keepsExtrinsics !== false)),
    faults: ({ endpoint: at, set }) => endpoint(at).set(set),
    healthy: ({ endpoint: at }) => endpoint(at).set(noFaults()),
    closeSockets: ({ endpoint: at }) => endpoint(at).closeSockets(),
    stopFollows: ({ endpoint: at }) => endpoint(at).stopFollows(),
    store: ({ pallet, name, keys, value }) =>
      double.change((state) => state.put(pallet ?? PALLET, name, keys, value)),
    remove: ({ pallet, name, keys }) =>
      double.change((state) => state.remove(pallet ?? PALLET, name, ...keys)),
    neuron: ({ netuid, uid, neuron }) =>
      double.change((state, emit) => {
        putNeuron(state, netuid, uid, neuron);
        emit({ pallet: PALLET, name: "NeuronRegistered", value: [netuid, uid, neuron.hotkey] });
      }),
    permit: ({ netuid, uid, permit }) => double.change((state) => putPermit(state, netuid, uid, permit)),
    shrink: ({ netuid, count }) => double.change((state) => shrinkSubnet(state, netuid, count)),
    disagree: ({ endpoint: at, depth }) => double.disagree(endpoint(at), depth ?? 1),
    agree: ({ endpoint: at }) => endpoint(at).serve(chain),
    upgrade: ({ upgrade }) => double.upgrade(upgrade),
    clearPool: () => chain.pool.clear(),
    beacon: ({ isStopped, skip, give }) => {
      if (isStopped !== undefined) chain.beacon.isStopped = isStopped;
      if (skip !== undefined) chain.beacon.skip(skip);
      if (give !== undefined) chain.beacon.give(give.round, give.signature);
    },
    clock: ({ offsetMs }) => double.setClock(offsetMs),
    read: ({ pallet, name, keys }) =>
      jsonValue(chain.state(chain.best.hash)?.get(pallet ?? PALLET, name, ...keys)),
    status: () => statusOf(double),
  };
}

/** The way to tell a double what to do. */
export function openControl(double: ChainDouble): (command: ControlCommand) => Promise<unknown> {
  const handlers = handlersOf(double);
  const obey = async (command: ControlCommand): Promise<unknown> =>
    (handlers[command.do] as (command: ControlCommand) => unknown)(command);
  for (const endpoint of double.endpoints) endpoint.control = (command) => obey(command as ControlCommand);
  return obey;
}
