import type { Log } from "../core/log.ts";
import type { ChainMiner } from "../flow/chain.ts";
import type { Store } from "../flow/store.ts";

/** What is configured. With both a uid and a hotkey, the one must hold the other. */
export interface Burn {
  /** Share of all weight that is burnt, 0 for none. */
  readonly share: number;
  readonly uid: number | null;
  /** `owner`: the subnet owner's, as the chain tells it. */
  readonly hotkey: string | null;
  /** What becomes of weights whose burn share has nobody to go to: not sent, or that share goes to the validator itself. */
  readonly absent: "skip" | "own";
}

/** Who receives the burn share at one moment; never the miners. */
export type BurnTarget =
  | { readonly kind: "none" }
  | { readonly kind: "paid"; readonly share: number; readonly hotkey: string; readonly uid: number | null }
  /** The share stays with the validator. */
  | {
      readonly kind: "withheld";
      readonly share: number;
      readonly hotkey: string;
      readonly uid: number;
      readonly why: string;
    }
  /** The share has nobody to go to, so that a vector with it is not sent. */
  | { readonly kind: "absent"; readonly share: number; readonly why: string };

/** What the chain tells at that moment. */
export interface BurnView {
  /** Null where anyone may mine. */
  readonly registered: readonly ChainMiner[] | null;
  readonly ownerHotkey: string | null;
  /** The validator's own hotkey. */
  readonly validator: string;
}

/** The target of a burn whose hotkey is known; null stands for one that is not, such as of a uid that nobody has held yet. */
function targetOf(burn: Burn, hotkey: string | null, registered: readonly ChainMiner[] | null): BurnTarget {
  const { share, uid } = burn;
  const absent = (why: string): BurnTarget => ({ kind: "absent", share, why });
  if (hotkey === null && burn.hotkey === "owner") return absent("the chain has not told who owns the subnet");
  if (registered === null)
    return hotkey === null || burn.hotkey === null
      ? absent(`anyone may mine here, so no hotkey holds uid ${uid}`)
      : { kind: "paid", share, hotkey, uid: null };
  if (hotkey === null) return absent(`no hotkey holds uid ${uid}`);
  const held = registered.find((miner) => miner.hotkey === hotkey)?.uid;
  if (held === undefined && uid === null) return absent(`${hotkey} is not registered`);
  if (held === undefined || (uid !== null && held !== uid)) {
    const holder = registered.find((miner) => miner.uid === uid)?.hotkey ?? "no hotkey";
    return absent(`uid ${uid} belongs to ${holder}, not to ${hotkey}`);
  }
  return { kind: "paid", share, hotkey, uid: held };
}

const WAY_ON =
  "name the hotkey that is to receive the burn in weigh.burn.hotkey (and its uid, or null, in weigh.burn.uid)";

/** `own` needs the validator's own uid. */
function orOwn(burn: Burn, target: BurnTarget, { registered, validator }: BurnView): BurnTarget {
  if (target.kind !== "absent") return target;
  const why = `${target.why}; ${WAY_ON}`;
  const own = burn.absent === "own" ? registered?.find(({ hotkey }) => hotkey === validator) : undefined;
  if (own === undefined) return { ...target, why };
  return { kind: "withheld", share: burn.share, hotkey: validator, uid: own.uid, why };
}

/**
 * Knows to which hotkey the burn goes. Uids are given to others, so a burn that names only a uid belongs to the hotkey that held it
 * when it was first used; that hotkey is on record, and no other is ever paid in its place.
 */
export class BurnHolder {
  readonly #burn: Burn;
  readonly #modules: { readonly store: Pick<Store, "note" | "setNote">; readonly log: Log };
  /** The hotkey on record; undefined until it was read. */
  #pinned: string | null | undefined;

  constructor(burn: Burn, modules: { readonly store: Pick<Store, "note" | "setNote">; readonly log: Log }) {
    this.#burn = burn;
    this.#modules = modules;
  }

  /** Records the holder of a uid at its first use. Throws `store_unavailable`. */
  async target(view: BurnView): Promise<BurnTarget> {
    const { share, uid, hotkey } = this.#burn;
    if (share <= 0 || (uid === null && hotkey === null)) return { kind: "none" };
    const named =
      hotkey === "owner" ? view.ownerHotkey : (hotkey ?? (await this.#pinnedAmong(view.registered)));
    return orOwn(this.#burn, targetOf(this.#burn, named, view.registered), view);
  }

  async #pinnedAmong(registered: readonly ChainMiner[] | null): Promise<string | null> {
    const { store, log } = this.#modules;
    const { uid } = this.#burn;
    const key = `burn_holder_${uid}`;
    if (this.#pinned === undefined) {
      const known = await store.note(key);
      this.#pinned ??= known;
    }
    const holder = registered?.find((miner) => miner.uid === uid)?.hotkey;
    if (this.#pinned !== null || holder === undefined) return this.#pinned;
    await store.setNote(key, holder);
    log.info("burn_uid_pinned", { uid, hotkey: holder });
    this.#pinned = holder;
    return holder;
  }
}
