import { decAnyMetadata, unifyMetadata } from "@polkadot-api/substrate-bindings";

/** Storage key of `System.Events`: the same in every runtime. */
export const EVENTS_KEY = "0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7";

const PALLET = "SubtensorModule";
const EVENT = "NeuronRegistered";

const byte = (value: number): string => value.toString(16).padStart(2, "0");

/**
 * How the event of a registration on the subnet begins in the bytes of a block's events: pallet, event, netuid. Looking for these
 * four bytes costs microseconds, where decoding all events costs milliseconds; that they occur by chance only costs one read
 * more. Null where the runtime has no such event.
 */
export function registrationPattern(metadata: Uint8Array, netuid: number): string | null {
  const { pallets, lookup } = unifyMetadata(decAnyMetadata(metadata));
  const pallet = pallets.find(({ name }) => name === PALLET);
  const events = pallet?.events === undefined ? undefined : lookup[pallet.events.type]?.def;
  if (pallet === undefined || events?.tag !== "variant") return null;
  const event = events.value.find(({ name }) => name === EVENT);
  if (event === undefined) return null;
  return byte(pallet.index) + byte(event.index) + byte(netuid & 0xff) + byte(netuid >> 8);
}

/** Whether the pattern stands in the bytes of a hex text with 0x. */
export function holds(hex: string, pattern: string): boolean {
  for (let at = hex.indexOf(pattern); at >= 0; at = hex.indexOf(pattern, at + 1)) {
    if (at % 2 === 0) return true;
  }
  return false;
}
