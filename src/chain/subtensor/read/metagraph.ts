import { z } from "zod";
import { isEntryFault } from "../connect/entryFault.ts";
import type { NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef, Metagraph, Neuron } from "../node.ts";
import { addressOf } from "./axon.ts";
import { account, big, called, integer, stored } from "./entry.ts";
import { indexOf, RAO, type Subnet } from "./subnet.ts";

/** A metagraph whose parts do not fit each other: no such state exists on the chain, so the node is at fault. */
export class TornError extends Error {
  constructor(why: string) {
    super(`the metagraph is torn: ${why}`);
    this.name = "TornError";
  }
}

const axon = z.object({ ip: big, port: integer, ip_type: integer });

/** Only what is read; what a runtime adds is left alone. */
const columns = z.object({
  netuid: integer,
  tempo: integer,
  owner_hotkey: account,
  num_uids: integer,
  hotkeys: z.array(account),
  coldkeys: z.array(account),
  axons: z.array(axon),
  validator_permit: z.array(z.boolean()),
  last_update: z.array(integer),
  dividends: z.array(integer),
  incentives: z.array(integer),
  total_stake: z.array(big),
  emission: z.array(big).optional(),
});
type Columns = z.infer<typeof columns>;

const lite = z.object({
  hotkey: account,
  coldkey: account,
  uid: integer,
  axon_info: axon,
  stake: z.array(z.tuple([account, big])),
  incentive: integer,
  dividends: integer,
  last_update: integer,
  validator_permit: z.boolean(),
  emission: big.optional(),
});

const U16 = 65_535;

function axonOf({ ip, port, ip_type }: z.infer<typeof axon>): Neuron["axon"] {
  const text = addressOf({ ip, ip_type });
  return text === null || port < 1 || port > U16 ? null : { ip: text, port };
}

function emissionOf(rao: bigint | undefined): { readonly emission?: number } {
  return rao === undefined ? {} : { emission: Number(rao) / RAO };
}

const perUid = [
  ...["coldkeys", "axons", "validator_permit", "last_update", "dividends", "incentives", "total_stake"],
] as const satisfies readonly (keyof Columns)[];

/** Rows of columns. Throws a TornError when these do not have one value per uid. */
export function neuronsOf(read: Columns): Neuron[] {
  const count = read.hotkeys.length;
  const unequal = perUid.find((name) => read[name].length !== count);
  if (unequal !== undefined)
    throw new TornError(`${count} hotkeys, but ${read[unequal].length} values of ${unequal}`);
  if (read.num_uids !== count) throw new TornError(`${count} hotkeys, but num_uids is ${read.num_uids}`);
  return read.hotkeys.map((hotkey, uid): Neuron => {
    const of = <T>(column: readonly T[]): T => column[uid] as T;
    return {
      uid,
      hotkey,
      coldkey: of(read.coldkeys),
      stake: Number(of(read.total_stake)) / RAO,
      permit: of(read.validator_permit),
      axon: axonOf(of(read.axons)),
      lastUpdate: of(read.last_update),
      incentive: of(read.incentives) / U16,
      dividends: of(read.dividends) / U16,
      ...emissionOf(read.emission?.[uid]),
    };
  });
}

function neuronOf(row: z.infer<typeof lite>): Neuron {
  return {
    uid: row.uid,
    hotkey: row.hotkey,
    coldkey: row.coldkey,
    stake: row.stake.reduce((sum, [, part]) => sum + Number(part), 0) / RAO,
    permit: row.validator_permit,
    axon: axonOf(row.axon_info),
    lastUpdate: row.last_update,
    incentive: row.incentive / U16,
    dividends: row.dividends / U16,
    ...emissionOf(row.emission),
  };
}

/** The same rows; throws a TornError when they are not one hotkey per uid from 0 on. */
export function whole(neurons: readonly Neuron[]): readonly Neuron[] {
  neurons.forEach(({ uid }, i) => {
    if (uid !== i) throw new TornError(`row ${i} has uid ${uid}`);
  });
  const hotkeys = new Set<string>();
  for (const { uid, hotkey } of neurons) {
    if (hotkeys.has(hotkey)) throw new TornError(`hotkey ${hotkey} has two uids, the second is ${uid}`);
    hotkeys.add(hotkey);
  }
  return neurons;
}

async function byColumns(api: NodeApi, at: BlockRef, { netuid, mechanism }: Subnet): Promise<Metagraph> {
  const read =
    mechanism === 0
      ? await called(api, at.hash, ["SubnetInfoRuntimeApi", "get_metagraph"], [netuid], columns.nullish())
      : await called(
          api,
          at.hash,
          ["SubnetInfoRuntimeApi", "get_mechagraph"],
          [netuid, mechanism],
          columns.nullish(),
        );
  if (read === null || read === undefined)
    return { netuid, block: at, tempo: 0, ownerHotkey: null, neurons: [] };
  if (read.netuid !== netuid) throw new TornError(`it is of subnet ${read.netuid}, not ${netuid}`);
  return {
    ...{ netuid, block: at, tempo: read.tempo, ownerHotkey: read.owner_hotkey },
    neurons: whole(neuronsOf(read)),
  };
}

async function byRows(api: NodeApi, at: BlockRef, subnet: Subnet): Promise<Metagraph> {
  const { netuid } = subnet;
  const [rows, tempo, ownerHotkey, lastUpdate] = await Promise.all([
    called(api, at.hash, ["NeuronInfoRuntimeApi", "get_neurons_lite"], [netuid], z.array(lite)),
    stored(api, at.hash, ["SubtensorModule", "Tempo"], [netuid], integer),
    stored(api, at.hash, ["SubtensorModule", "SubnetOwnerHotkey"], [netuid], account),
    stored(api, at.hash, ["SubtensorModule", "LastUpdate"], [indexOf(subnet)], z.array(integer)),
  ]);
  const neurons = rows.map((row, i) => ({ ...neuronOf(row), lastUpdate: lastUpdate[i] ?? 0 }));
  return { netuid, block: at, tempo, ownerHotkey, neurons: whole(neurons) };
}

/** The metagraph by one call at one block. Throws a TornError, and `chain_entry_missing` where neither call can be read. */
export async function readMetagraph(api: NodeApi, at: BlockRef, subnet: Subnet): Promise<Metagraph> {
  try {
    return await byColumns(api, at, subnet);
  } catch (error) {
    if (!isEntryFault(error)) throw error;
    try {
      return await byRows(api, at, subnet);
    } catch (second) {
      // What an operator needs to know is the call that was to answer.
      throw isEntryFault(second) ? error : second;
    }
  }
}
