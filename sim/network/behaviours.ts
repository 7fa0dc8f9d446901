import type { Strategy } from "../scenario.ts";
import { type Behaviour, FORGED, type Offer, type OfferChoice } from "./behaviour.ts";
import { rightAnswer } from "./lane.ts";
import { Predictor, type Reveals } from "./predictor.ts";

/** What a behaviour can see besides its own jobs. */
export interface Sights {
  readonly reveals: Reveals;
  /** The last answer that another miner submitted; null before the first. */
  readonly lastAnswer: () => string | null;
}

function simple(choose: (offer: Offer) => OfferChoice, more: Partial<Behaviour> = {}): Behaviour {
  return { choose, forge: () => FORGED, renews: false, ...more };
}

/** Each cheat is due in the middle of its part of the window; it cheats at the next job after that. */
function trickle(cheats: number, windowMs: number): Behaviour {
  let done = 0;
  return simple(({ age }) => {
    const due = ((done + 0.5) * windowMs) / cheats;
    if (age < due) return "work";
    done++;
    return "cheat";
  });
}

/** For `stale` the first answer is honest, and repeated for all others. */
function lazy(answer: "empty" | "stale"): Behaviour {
  let first: string | null = null;
  return simple(() => (answer === "stale" && first === null ? "work" : "cheat"), {
    forge: () => (answer === "empty" ? "" : (first ?? FORGED)),
    worked: ({ input }) => {
      first ??= rightAnswer(String(input.x));
    },
  });
}

/** A behaviour with its own state, for one miner. */
export function behaviourOf(strategy: Strategy, sights: Sights): Behaviour {
  switch (strategy.kind) {
    case "honest":
    case "congestor":
      return simple(() => "work");
    case "always":
      return simple(() => "cheat");
    case "sybil":
      return simple(() => "cheat", { renews: true });
    case "trickle":
      return trickle(strategy.cheats, strategy.window_ms);
    case "burst":
      return simple(({ age }) =>
        age % strategy.every_ms >= strategy.every_ms - strategy.lasts_ms ? "cheat" : "work",
      );
    case "sleeper":
      return simple(({ age }) => (age < strategy.honest_for_ms ? "work" : "cheat"));
    case "copy":
      return simple(() => "cheat", { forge: () => sights.lastAnswer() ?? FORGED });
    case "abort":
      return simple(({ serviceMs }) => {
        if (serviceMs <= strategy.over_ms) return "work";
        return strategy.how === "silent" ? "let_lie" : "give_back";
      });
    case "lazy":
      return lazy(strategy.answer);
    case "predictor":
      return new Predictor(sights.reveals);
  }
}
