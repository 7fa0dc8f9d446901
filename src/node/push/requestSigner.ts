import type { Chance } from "../../core/chance.ts";
import type { Clock } from "../../core/clock.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { Keypair } from "../keys/keypair.ts";

/** Epistula headers over a body, signed with the validator's hotkey for one miner. */
export type RequestSigner = (body: string, signedFor: string) => Record<string, string>;

export function makeRequestSigner(
  keypair: Keypair,
  { clock, chance }: { readonly clock: Clock; readonly chance: Chance },
): RequestSigner {
  return (body, signedFor) => {
    const timestamp = String(clock.nowMs());
    const uuid = chance.uuid();
    const message = Buffer.from(`${sha256Hex(body)}.${uuid}.${timestamp}.${signedFor}`);
    return {
      "Epistula-Version": "2",
      "Epistula-Timestamp": timestamp,
      "Epistula-Uuid": uuid,
      "Epistula-Signed-By": keypair.hotkey,
      "Epistula-Signed-For": signedFor,
      "Epistula-Request-Signature": `0x${Buffer.from(keypair.sign(message)).toString("hex")}`,
    };
  };
}
