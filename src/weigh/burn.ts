import type { Log } from "../core/log.ts";
import type { ChainMiner } from "../flow/chain.ts";
import type { Store } from "../flow/store.ts";

/** What is configured. With both a uid and a hotkey, the one must hold the other. */
export interface Burn {
  /** Share of all weight that is burnt, 0 for none. */
  readonly share: number;
  readonly uid: number | null;
  readonly hotkey: string | null;
}

/** Who receives the burn share at one moment. */
export type BurnTarget =
  | { readonly kind: "none" }
  | { readonly kind: "paid"; readonly share: number; readonly hotkey: string; readonly uid: number | null }
  | { readonly kind: "dropped"; readonly share: number; readonly why: string };

/** The target of a burn whose hotkey is known; null stands for a uid that nobody has held yet. */
function targetOf(burn: Burn, hotkey: string | null, miners: readonly ChainMiner[] | null): BurnTarget {
  const { share, uid } = burn;
  const dropped = (why: string): BurnTarget => ({ kind: "dropped", share, why });
  if (miners === null)
    return burn.hotkey === null
      ? dropped(`anyone may mine here, so no hotkey holds uid ${uid}`)
      : { kind: "paid", share, hotkey: burn.hotkey, uid: null };
  if (hotkey === null) return dropped(`no hotkey holds uid ${uid}`);
  const held = miners.find((miner) => miner.hotkey === hotkey)?.uid;
  if (held === undefined && uid === null) return dropped(`${hotkey} is not registered`);
  if (held === undefined || (uid !== null && held !== uid)) {
    const holder = miners.find((miner) => miner.uid === uid)?.hotkey ?? "no hotkey";
    return dropped(`uid ${uid} belongs to ${holder}, not to ${hotkey}`);
  }
  return { kind: "paid", share, hotkey, uid: held };
}

const WAY_ON =
  "name the hotkey that is to receive the burn in weigh.burn.hotkey (and its uid, or null, in weigh.burn.uid)";

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
  async target(miners: readonly ChainMiner[] | null): Promise<BurnTarget> {
    const { share, uid, hotkey } = this.#burn;
    if (share <= 0 || (uid === null && hotkey === null)) return { kind: "none" };
    const target = targetOf(this.#burn, hotkey ?? (await this.#pinnedAmong(miners)), miners);
    return target.kind === "dropped" ? { ...target, why: `${target.why}; ${WAY_ON}` } : target;
  }

  async #pinnedAmong(miners: readonly ChainMiner[] | null): Promise<string | null> {
    const { store, log } = this.#modules;
    const { uid } = this.#burn;
    const key = `burn_holder_${uid}`;
    if (this.#pinned === undefined) {
      const known = await store.note(key);
      this.#pinned ??= known;
    }
    const holder = miners?.find((miner) => miner.uid === uid)?.hotkey;
    if (this.#pinned !== null || holder === undefined) return this.#pinned;
    await store.setNote(key, holder);
    log.info("burn_uid_pinned", { uid, hotkey: holder });
    this.#pinned = holder;
    return holder;
  }
}
