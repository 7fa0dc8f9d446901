import { formatChallengeId, type ParsedId, parseChallengeId } from "../../../../src/challenge/id.ts";
import type { IdScheme } from "../../../../src/challenge/scheme.ts";
import { encodeHotkey } from "../../../../src/core/ss58.ts";
import { Chance } from "./chance.ts";

/** Whose a challenge is, and where it stands in the allotment. */
export interface Place {
  readonly hotkey: string;
  readonly epoch: number;
  readonly tier: number;
  readonly seq: number;
}

/** An id that must not resolve, at the place where it is shown. */
export interface Forged {
  readonly how: string;
  readonly id: ParsedId;
  readonly hotkey: string;
  /** What the sender says about it, at times. */
  readonly seq: number | undefined;
}

export interface ForgerOptions {
  readonly seed: number;
  readonly scheme: IdScheme;
  /** The same scheme of a validator with another secret, and the other scheme of this one. */
  readonly strangers: readonly IdScheme[];
  readonly allotment: number;
}

const hotkeys = Array.from({ length: 4 }, (_, n) => encodeHotkey(new Uint8Array(32).fill(n + 1)));
const epochs = [500_000, 500_001];
const tiers = [1, 2];

function parsed(tier: number, epoch: number, token: string): ParsedId {
  const id = parseChallengeId(formatChallengeId(tier, epoch, token));
  if (id === null) throw new Error(`${tier} ${epoch} ${token} makes no id`);
  return id;
}

/** Makes ids that nobody was given. */
export class Forger {
  readonly #options: ForgerOptions;
  readonly #chance: Chance;

  constructor(options: ForgerOptions) {
    this.#options = options;
    this.#chance = new Chance(options.seed, `forger of ${options.scheme.name}`);
  }

  place(): Place {
    const chance = this.#chance;
    return {
      hotkey: chance.of(hotkeys),
      epoch: chance.of(epochs),
      tier: chance.of(tiers),
      seq: chance.below(this.#options.allotment),
    };
  }

  /** The id that the scheme issues for a place. */
  genuine({ hotkey, epoch, tier, seq }: Place, scheme = this.#options.scheme): ParsedId {
    const id = parseChallengeId(scheme.id(hotkey, epoch, tier, seq));
    if (id === null) throw new Error("a scheme issued what is no id");
    return id;
  }

  forge(): Forged {
    const chance = this.#chance;
    const place = this.place();
    const { hotkey, epoch, tier } = place;
    const shown = (how: string, id: ParsedId, by = hotkey): Forged => ({
      ...{ how, id, hotkey: by },
      seq: chance.one(0.2) ? place.seq : undefined,
    });
    switch (chance.below(8)) {
      case 0:
      case 1:
        return shown("bogus", parsed(tier, epoch, chance.bytes(12).toString("hex")));
      case 2:
        return shown("bits flipped", this.#flipped(this.genuine(place)));
      case 3:
        return shown(
          "of another hotkey",
          this.genuine(place),
          hotkeys[(hotkeys.indexOf(hotkey as never) + 1) % 4],
        );
      case 4:
        return shown("of another tier", parsed(3 - tier, epoch, this.genuine(place).token));
      case 5:
        return shown("of another epoch", parsed(tier, 1_000_001 - epoch, this.genuine(place).token));
      case 6:
        return shown(
          "past the allotment",
          this.genuine({ ...place, seq: this.#options.allotment + place.seq }),
        );
      default:
        return shown("of a stranger", this.genuine(place, chance.of(this.#options.strangers)));
    }
  }

  #flipped({ tier, epoch, token }: ParsedId): ParsedId {
    const bytes = Buffer.from(token, "hex");
    const first = this.#chance.below(96);
    bytes[first >> 3] = (bytes[first >> 3] ?? 0) ^ (1 << (first & 7));
    for (let n = this.#chance.below(3); n > 0; n--) {
      const bit = this.#chance.below(96);
      if (bit !== first) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
    return parsed(tier, epoch, bytes.toString("hex"));
  }
}
